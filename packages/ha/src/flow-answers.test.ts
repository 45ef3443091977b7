import { expect, it } from 'vitest';
import { fillForm, unusedAnswers } from './flow-answers.ts';
import type { FlowField } from './flow-fields.ts';

const duration: FlowField = { name: 'window', selector: { duration: {} } };
const members: FlowField = { name: 'entities', selector: { entity: { multiple: true } } };
const states: FlowField = { name: 'state', selector: { state: { multiple: true } } };

it.each([
  ['a clock', duration, '00:05:30', { hours: 0, minutes: 5, seconds: 30 }],
  ['seconds', duration, 90, { hours: 0, minutes: 0, seconds: 90 }],
  ['seconds as text', duration, '90', { hours: 0, minutes: 0, seconds: 90 }],
  ['a duration as it is', duration, { days: 1 }, { days: 1 }],
  ['a duration nobody can read', duration, 'soon', 'soon'],
  ['ids with commas', members, 'light.a, light.b', ['light.a', 'light.b']],
  ['one state', states, 'on, really', ['on, really']],
  ['a number as template', { name: 'state', selector: { template: {} } }, 5, '5'],
  ['a switch in words', { name: 'invert', selector: { boolean: {} } }, 'on', true],
  ['a choice as number', { name: 'step', selector: { select: { options: ['0.5'] } } }, 0.5, '0.5'],
])('%s is written as Home Assistant takes it', (_title, field, answer, sent) => {
  expect(fillForm([field], { [field.name ?? '']: answer }).input).toEqual({ [field.name ?? '']: sent });
});

it('what is not answered is sent as it stands; what Home Assistant fills in is left to it', () => {
  const fields: FlowField[] = [
    { name: 'kept', description: { suggested_value: 5 } },
    { name: 'proposed', default: 1 },
    { name: 'bare', required: true, selector: { boolean: {} } },
    { name: 'emptied', description: { suggested_value: 'x' } },
  ];
  expect(fillForm(fields, { emptied: null }).input).toEqual({ kept: 5, bare: false });
});

it('a field of a section is answered under its name or beside it, one of the form itself comes first', () => {
  const fields: FlowField[] = [
    { name: 'timeout' },
    { name: 'auth', required: true, schema: [{ name: 'username' }, { name: 'timeout' }] },
    { name: 'more', schema: [{ name: 'encoding' }] },
  ];
  const beside = fillForm(fields, { username: 'me', timeout: 5 });
  expect(beside).toMatchObject({ input: { timeout: 5, auth: { username: 'me' } }, used: ['timeout', 'username'] });
  const inside = fillForm(fields, { auth: { username: 'me', timeout: 9, colour: 'red' } });
  expect(inside.input).toEqual({ auth: { username: 'me', timeout: 9 } });
  expect(unusedAnswers({ auth: { username: 'me', timeout: 9, colour: 'red' }, size: 1 }, new Set(inside.used))).toEqual(
    ['auth.colour', 'size'],
  );
});

it('what is only shown is not sent, and told when an answer would change it', () => {
  const field: FlowField = {
    name: 'filter',
    selector: { select: { read_only: true } },
    description: { suggested_value: 'lowpass' },
  };
  expect(fillForm([field], { filter: 'lowpass' })).toEqual({ input: {}, used: ['filter'], fixed: [] });
  expect(fillForm([field], { filter: 'range' })).toMatchObject({ input: {}, fixed: ['filter'] });
});
