import type { Schema as ToolSchema } from '@hub/gate/coerce.ts';
import fc, { type Arbitrary } from 'fast-check';
import { ODD_TEXTS } from '../fuzz/odd-values.ts';
import { CONFIGS } from './configs.ts';
import type { Known } from './known.ts';

/** The part of JSON Schema that tools' inputs use. */
interface Schema extends ToolSchema {
  readonly anyOf?: readonly Schema[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: boolean | Schema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxLength?: number;
}

/** What a caller would rather not wait for: such parameters stay at their lowest few values. */
const WAITS = /timeout|wait_s|duration|seconds/;

/** Arguments that fit the schema: what the home has beside what nobody expects, and each optional one now and then. */
export function fitting(schema: ToolSchema, known: Known, name = ''): Arbitrary<unknown> {
  const { anyOf, const: only, enum: choices, type, ...rest }: Schema = schema;
  const { description } = rest;
  if (anyOf)
    return fc.oneof(
      ...anyOf.map((one) => fitting({ ...(description === undefined ? {} : { description }), ...one }, known, name)),
    );
  if (only !== undefined) return fc.constant(only);
  if (choices) return fc.constantFrom(...choices);
  if (type === undefined) return anything(known, name);
  if (typeof type !== 'string') return fc.oneof(...type.map((one) => fitting({ ...rest, type: one }, known, name)));
  switch (type) {
    case 'object':
      return object(rest, known, name);
    case 'array':
      return fc.array(fitting(rest.items ?? {}, known, name), {
        minLength: rest.minItems ?? 0,
        maxLength: Math.min(rest.maxItems ?? 4, 4),
      });
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return number(rest, name, type === 'integer');
    case 'null':
      return fc.constant(null);
    default:
      return text(known, name, description).map((one) => one.slice(0, rest.maxLength));
  }
}

function object(schema: Schema, known: Known, name: string): Arbitrary<unknown> {
  const { properties, additionalProperties, required = [] } = schema;
  if (!properties) {
    const values = typeof additionalProperties === 'object' ? fitting(additionalProperties, known, name) : undefined;
    if (values) return fc.dictionary(text(known, name), values, { maxKeys: 4, noNullPrototype: true });
    return fc.oneof({ weight: 2, arbitrary: config(known) }, { weight: 1, arbitrary: anyObject(known, name) });
  }
  const parts = Object.entries(properties).map(([key, one]) => {
    const value = fitting(one, known, key);
    return [key, required.includes(key) ? value : maybe(value)] as const;
  });
  return fc
    .record(Object.fromEntries(parts), { noNullPrototype: true })
    .map((record) => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)));
}

/** Few at a time, or what is wrong with one hides what is wrong with the others. */
function maybe(value: Arbitrary<unknown>): Arbitrary<unknown> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
}

/** A configuration as people write it, or one with a part of it exchanged. */
function config(known: Known): Arbitrary<Record<string, unknown>> {
  const whole = fc.constantFrom(...CONFIGS);
  return fc.oneof(
    whole,
    fc.tuple(whole, fc.nat(), anything(known, '')).map(([one, at, value]) => {
      const keys = Object.keys(one);
      return { ...one, [keys[at % keys.length] ?? '']: value };
    }),
  );
}

function anyObject(known: Known, name: string): Arbitrary<unknown> {
  const values = fc.oneof(text(known, name), fc.jsonValue({ maxDepth: 3 }));
  return fc.dictionary(text(known, name), values, { maxKeys: 4, noNullPrototype: true });
}

function anything(known: Known, name: string): Arbitrary<unknown> {
  return fc.oneof(text(known, name), fc.jsonValue({ maxDepth: 4 }), anyObject(known, name));
}

function number({ minimum, maximum, exclusiveMinimum }: Schema, name: string, isWhole: boolean): Arbitrary<number> {
  const min = minimum ?? (exclusiveMinimum === undefined ? -(2 ** 31) : exclusiveMinimum + (isWhole ? 1 : 0.001));
  const max = maximum ?? 2 ** 53 - 1;
  if (WAITS.test(name)) return fc.constantFrom(...[0, 1, 2].map((more) => Math.min(Math.max(min, 0) + more, max)));
  const few = fc.integer({ min: Math.ceil(min), max: Math.floor(Math.min(max, Math.max(min, 0) + 60)) });
  const edges = fc.constantFrom(Math.ceil(min), Math.floor(max));
  if (isWhole) return fc.oneof({ weight: 3, arbitrary: few }, edges);
  return fc.oneof({ weight: 3, arbitrary: few }, edges, fc.double({ min, max, noNaN: true }));
}

/** What the home has under this name, a word of the description, anything the home has, what nobody expects. */
function text(known: Known, name: string, description = ''): Arbitrary<string> {
  const own = known.under(name);
  const told = description.match(/[a-z][a-z_.]{2,}/g) ?? [];
  return fc.oneof(
    ...(own.length > 0 ? [{ weight: 10, arbitrary: fc.constantFrom(...own) }] : []),
    ...(told.length > 0 ? [{ weight: 2, arbitrary: fc.constantFrom(...told) }] : []),
    { weight: 2, arbitrary: fc.constantFrom(...known.all) },
    { weight: 1, arbitrary: fc.constantFrom(...ODD) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  );
}

/** Half characters and brackets thousands deep are the business of test/fuzz: they fit no schema. */
const ODD = ODD_TEXTS.filter((one) => one.isWellFormed() && one.length < 20_000);
