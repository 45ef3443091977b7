import { isRecord } from '@hub/ha/selector.ts';

/** A program's value as JSON: dicts become objects with text keys, tuples and sets lists, numbers too large for JSON texts. */
export function toJson(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (value === undefined) return null;
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, inner]) => [String(key), toJson(inner)]));
  if (Array.isArray(value) || value instanceof Set) return [...value].map(toJson);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toJson(inner)]));
}

export interface NamedCall {
  readonly tool: string;
  readonly args: unknown;
}

/** `call_tool('ha_get_state', {…})`, `call_tool('ha_get_state', entity_id=…)` and `ha_get_state(entity_id=…)` say the same. */
export function namedCall(called: string, positional: readonly unknown[], keywords: object): NamedCall {
  const values = positional.map(toJson);
  const { ...named } = toJson({ ...keywords }) as Record<string, unknown>;
  if (called !== 'call_tool') return { tool: called, args: merged(values[0], named) };
  const { name, arguments: given, ...rest } = named;
  const isNameFirst = values.length > 0;
  return {
    tool: String(isNameFirst ? values[0] : name),
    args: merged(
      (isNameFirst ? values[1] : values[0]) ?? given,
      isNameFirst && name !== undefined ? { name, ...rest } : rest,
    ),
  };
}

function merged(first: unknown, named: Record<string, unknown>): unknown {
  if (first === undefined || first === null) return named;
  return isRecord(first) ? { ...first, ...named } : first;
}
