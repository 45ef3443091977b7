import { randomUUID } from 'node:crypto';
import { Fault } from '@hub/core/fault.ts';
import type { HelperKind } from '@hub/ha/helpers.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What a new one gets that was not given, as Home Assistant's editor proposes; and what to tell about it. */
export function withDefaults(
  kind: HelperKind,
  fields: Fields,
): { readonly fields: Fields; readonly warnings: string[] } {
  if (kind === 'input_number' && (fields['min'] === undefined || fields['max'] === undefined)) {
    const range = { min: 0, max: 100, ...given(fields) };
    return {
      fields: range,
      warnings: [`min_value or max_value was not given: it runs from ${range.min} to ${range.max}.`],
    };
  }
  if (kind === 'input_datetime' && fields['has_date'] === undefined && fields['has_time'] === undefined)
    return { fields: { ...fields, has_date: true, has_time: true }, warnings: [] };
  if (kind === 'tag') {
    const tagId = fields['tag_id'] ?? randomUUID();
    return { fields: { ...fields, tag_id: tagId, name: fields['name'] ?? String(tagId) }, warnings: [] };
  }
  return { fields, warnings: [] };
}

/**
 * Refuses what Home Assistant would refuse in words that do not name our parameters.
 * @param fields the helper as it would stand afterwards
 * @throws Fault VALIDATION_INVALID_PARAMETER
 */
export function checkFields(kind: HelperKind, fields: Fields): void {
  const name = fields['name'];
  if (typeof name !== 'string' || name === '') throw invalid(kind, 'name', 'is missing or empty', 'Give it a name.');
  CHECKS[kind]?.(fields);
}

const CHECKS: Readonly<Partial<Record<HelperKind, (fields: Fields) => void>>> = {
  input_number(fields) {
    checkRange('input_number', fields['min'], fields['max'], 'below');
    const { initial, min, max } = numbersOf(fields);
    if (initial < min || initial > max)
      throw invalid('input_number', 'initial', `${initial} is not between ${min} and ${max}`, 'Give one within.');
  },
  input_text: (fields) => checkRange('input_text', fields['min'], fields['max'], 'not above'),
  counter: (fields) => checkRange('counter', fields['minimum'], fields['maximum'], 'not above'),
  input_select({ options, initial }) {
    if (!Array.isArray(options) || options.length === 0)
      throw invalid('input_select', 'options', 'is missing or empty', "Give a list, e.g. ['Day', 'Night'].");
    const doubled = options.find((one, at) => options.indexOf(one) !== at);
    if (doubled !== undefined)
      throw invalid('input_select', 'options', `'${String(doubled)}' is in it twice`, 'Name each option once.');
    if (initial !== undefined && !options.includes(initial))
      throw invalid(
        'input_select',
        'initial',
        `'${String(initial)}' is none of the options`,
        'Give one of the options.',
      );
  },
  input_datetime(fields) {
    if (fields['has_date'] !== true && fields['has_time'] !== true)
      throw invalid('input_datetime', 'has_date', 'and `has_time` are both false', 'Set one of them, or both.');
  },
  zone(fields) {
    for (const key of ['latitude', 'longitude'])
      if (typeof fields[key] !== 'number')
        throw invalid('zone', key, 'is missing', 'A zone needs latitude and longitude, in degrees.');
  },
};

function checkRange(kind: HelperKind, min: unknown, max: unknown, wanted: 'below' | 'not above'): void {
  if (typeof min !== 'number' || typeof max !== 'number') return;
  if (wanted === 'below' ? min < max : min <= max) return;
  throw invalid(
    kind,
    'min_value',
    `${min} is not ${wanted === 'below' ? 'below' : 'at most'} max_value ${max}`,
    'Swap or correct them.',
  );
}

function numbersOf({ initial, min, max }: Fields) {
  const number = (value: unknown, other: number) => (typeof value === 'number' ? value : other);
  const least = number(min, Number.NEGATIVE_INFINITY);
  return { initial: number(initial, least), min: least, max: number(max, Number.POSITIVE_INFINITY) };
}

function given(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function invalid(kind: HelperKind, parameter: string, problem: string, suggestion: string): Fault {
  return new Fault('VALIDATION_INVALID_PARAMETER', `\`${parameter}\` ${problem} (${kind}).`, {
    suggestion,
    context: { parameter, helper_type: kind },
  });
}
