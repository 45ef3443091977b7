import type { FlowField } from './flow-fields.ts';
import { isRecord } from './selector.ts';

type Values = Readonly<Record<string, unknown>>;

/** As Home Assistant says it. */
export const MISSING = 'required key not provided';

/**
 * What Home Assistant would not take of a filled form, by field, as far as the form itself tells: what is missing, no choice of a list, no
 * number, out of bounds. What it does not name may still be refused: more is known only to the integration.
 */
export function formErrors(fields: readonly FlowField[], input: Values): Readonly<Record<string, string>> {
  const errors: Record<string, string> = {};
  for (const field of fields) {
    const { name, schema, required } = field;
    if (name === undefined) continue;
    const value = input[name];
    if (schema) {
      if (required === true || value !== undefined)
        Object.assign(errors, formErrors(schema, isRecord(value) ? value : {}));
      continue;
    }
    const error = fieldError(field, value);
    if (error !== undefined) errors[name] = error;
  }
  return errors;
}

function fieldError(field: FlowField, value: unknown): string | undefined {
  const { selector = {}, type, required } = field;
  if (value === undefined) return required === true && field.default === undefined ? MISSING : undefined;
  const choices = choicesOf(field);
  const wrong = choices && [value].flat().find((one) => !choices.includes(one));
  if (choices && wrong !== undefined) return `${JSON.stringify(wrong)} is none of its choices`;
  if (selector['boolean'] !== undefined || type === 'boolean')
    return typeof value === 'boolean' ? undefined : 'expected true or false';
  return numberError(field, value);
}

/** Undefined when anything goes. */
function choicesOf({ selector = {}, type, options }: FlowField): readonly unknown[] | undefined {
  const { select } = selector;
  if (isRecord(select)) {
    if (select['custom_value'] === true || !Array.isArray(select['options'])) return undefined;
    return select['options'].map((one: unknown) => (isRecord(one) ? one['value'] : one));
  }
  if (type === 'select' && Array.isArray(options)) return options.map((one: unknown) => [one].flat()[0]);
  return type === 'multi_select' && isRecord(options) ? Object.keys(options) : undefined;
}

function numberError({ selector = {}, type, valueMin, valueMax }: FlowField, value: unknown): string | undefined {
  const { number } = selector;
  const isNumeric = number !== undefined || type === 'integer' || type === 'float';
  if (!isNumeric) return undefined;
  // Home Assistant turns '5' into 5.
  const given = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof given !== 'number' || !Number.isFinite(given)) return 'expected a number';
  const [min, max] = isRecord(number) ? [number['min'], number['max']] : [valueMin, valueMax];
  if (typeof min === 'number' && given < min) return `value must be at least ${min}`;
  return typeof max === 'number' && given > max ? `value must be at most ${max}` : undefined;
}
