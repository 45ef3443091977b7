import { expect, it } from 'vitest';
import { formErrors, MISSING } from './form-errors.ts';

const fields = [
  { name: 'name', required: true, selector: { text: {} } },
  {
    name: 'cycle',
    required: true,
    default: 'day',
    selector: { select: { options: ['day', { value: 'week', label: 'W' }] } },
  },
  { name: 'unit', selector: { select: { options: ['m'], custom_value: true } } },
  { name: 'days', type: 'multi_select', options: { mon: 'Monday', tue: 'Tuesday' } },
  { name: 'mode', type: 'select', options: [['a', 'A'] as const, ['b', 'B'] as const] },
  { name: 'share', selector: { number: { min: 0, max: 100 } } },
  { name: 'port', type: 'integer', valueMin: 1, valueMax: 65_535 },
  { name: 'on', type: 'boolean' },
  { name: 'more', required: false, schema: [{ name: 'host', required: true, type: 'string' }] },
];

it.each([
  ['nothing wrong', { name: 'x' }, {}],
  ['a value that is needed', {}, { name: MISSING }],
  ['no choice', { name: 'x', cycle: 'year' }, { cycle: '"year" is none of its choices' }],
  ['a value of its own where those are taken', { name: 'x', cycle: 'week', unit: 'ell' }, {}],
  ['one of many choices', { name: 'x', days: ['mon', 'sat'], mode: 'b' }, { days: '"sat" is none of its choices' }],
  ['no number', { name: 'x', share: 'half', port: '8080' }, { share: 'expected a number' }],
  [
    'a number out of bounds',
    { name: 'x', share: 101, port: 0 },
    { share: 'value must be at most 100', port: 'value must be at least 1' },
  ],
  ['no truth', { name: 'x', on: 'maybe' }, { on: 'expected true or false' }],
  ['a section that is given', { name: 'x', more: {} }, { host: MISSING }],
])('%s', (_title, input, errors) => expect(formErrors(fields, input)).toEqual(errors));
