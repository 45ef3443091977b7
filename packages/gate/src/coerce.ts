import { Fault } from '@hub/core/fault.ts';
import { assertShallow } from './depth.ts';

/** The part of JSON Schema that tool inputs use. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
}

/**
 * Gives arguments the leniency that models and clients rely on: a JSON string where an object or array belongs,
 * numeric strings, "true"/"false", `null` for "not given". The strict schema judges what comes out.
 * @throws Fault VALIDATION_INVALID_JSON | VALIDATION_FAILED naming the parameter
 */
export function coerce(schema: Schema, value: unknown, path = ''): unknown {
  if (typeof value === 'string') return coerceText(schema, value, path);
  if (typeof value === 'boolean')
    return !accepts(schema, 'boolean') && accepts(schema, 'string') ? String(value) : value;
  if (Array.isArray(value)) {
    const items = variant(schema, 'array')?.items;
    return items ? value.map((item, index) => coerce(items, item, `${path}[${index}]`)) : value;
  }
  if (value !== null && typeof value === 'object') return coerceObject(variant(schema, 'object'), value, path);
  return value;
}

function coerceObject(schema: Schema | undefined, value: object, path: string): unknown {
  const properties = schema?.properties;
  if (!properties) return value;
  const entries = Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (!property) return [[key, inner]];
    const isNotGiven = inner === null && !accepts(property, 'null') && !schema.required?.includes(key);
    return isNotGiven ? [] : [[key, coerce(property, inner, path ? `${path}.${key}` : key)]];
  });
  // fromEntries defines keys where assignment would run the `__proto__` setter.
  return Object.fromEntries(entries);
}

function coerceText(schema: Schema, text: string, path: string): unknown {
  const trimmed = text.trim();
  const wantsObject = accepts(schema, 'object');
  const wantsArray = accepts(schema, 'array');
  const isJsonLooking = (wantsObject && trimmed.startsWith('{')) || (wantsArray && trimmed.startsWith('['));
  if (isJsonLooking) return coerce(schema, parseJson(trimmed, path, accepts(schema, 'string')), path);
  if (accepts(schema, 'string')) return text;
  if (accepts(schema, 'boolean') && /^(true|false)$/i.test(trimmed)) return trimmed.toLowerCase() === 'true';
  if ((accepts(schema, 'integer') || accepts(schema, 'number')) && trimmed !== '' && Number.isFinite(Number(trimmed)))
    return Number(trimmed);
  if (wantsArray && !wantsObject) return coerce(schema, trimmed === '' ? [] : partsOf(trimmed), path);
  return wantsObject ? parseJson(trimmed, path) : text;
}

function partsOf(text: string): readonly string[] {
  const parts = text.split(',');
  assertShallow(parts);
  return parts.map((part) => part.trim());
}

/** A list that might as well have been plain text is a wrong list rather than wrong JSON. */
function parseJson(text: string, path: string, mayBeText = false): unknown {
  const parsed = readJson(text, path, mayBeText);
  assertShallow(parsed);
  return parsed;
}

function readJson(text: string, path: string, mayBeText: boolean): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Fault(
      mayBeText ? 'VALIDATION_FAILED' : 'VALIDATION_INVALID_JSON',
      `\`${path}\`: this text is not valid JSON: ${(cause as Error).message}`,
      {
        suggestion: `Pass \`${path}\` as a JSON value, or correct the JSON text.`,
        context: { parameter: path },
        cause,
      },
    );
  }
}

function accepts(schema: Schema, type: string): boolean {
  if (schema.anyOf) return schema.anyOf.some((one) => accepts(one, type));
  if (schema.enum && !schema.type) return schema.enum.some((one) => typeof one === type);
  return (
    schema.type === undefined || schema.type === type || (Array.isArray(schema.type) && schema.type.includes(type))
  );
}

function variant(schema: Schema, type: string): Schema | undefined {
  return schema.anyOf ? schema.anyOf.find((one) => accepts(one, type)) : schema;
}
