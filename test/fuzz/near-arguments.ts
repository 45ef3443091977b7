import type { Dice } from './dice.ts';
import { oddNumber, oddText, oddValue } from './odd-values.ts';

/** The part of JSON Schema that tools' inputs use. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: boolean | Schema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
}

/** What exists in the home, so that many calls get past the lookup. */
export interface Known {
  readonly entityIds: readonly string[];
  readonly words: readonly string[];
}

/** Arguments that fit the schema, or fail to in one or two places. */
export function nearArguments(dice: Dice, schema: Schema, known: Known): unknown {
  if (dice.once(40)) return oddValue(dice);
  const args = fitting(dice, schema, known, '');
  if (args === null || typeof args !== 'object' || Array.isArray(args) || dice.once(3)) return args;
  const entries = Object.entries(args);
  const spoiled = entries.map(([key, value]): [string, unknown] =>
    dice.once(4) ? [key, spoil(dice, value)] : [key, value],
  );
  const kept = dice.once(6) ? spoiled.filter(() => !dice.once(3)) : spoiled;
  if (dice.once(6))
    kept.push([dice.pick(['__proto__', 'constructor', 'home', 'entity', 'Entity_ID', oddText(dice)]), oddValue(dice)]);
  return Object.fromEntries(kept);
}

/** The same value in another guise, or another value in its place. */
function spoil(dice: Dice, value: unknown): unknown {
  switch (dice.below(7)) {
    case 0:
      return null;
    case 1:
      return JSON.stringify(value);
    case 2:
      return JSON.stringify(value).slice(0, -1);
    case 3:
      return [value];
    case 4:
      return typeof value === 'string' ? value + oddText(dice) : oddText(dice);
    case 5:
      return oddNumber(dice);
    default:
      return oddValue(dice);
  }
}

function fitting(dice: Dice, schema: Schema, known: Known, name: string): unknown {
  if (schema.anyOf) return fitting(dice, dice.pick(schema.anyOf), known, name);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return dice.pick(schema.enum);
  switch (typeof schema.type === 'string' ? schema.type : dice.pick(schema.type ?? ['string', 'object'])) {
    case 'object':
      return fittingObject(dice, schema, known);
    case 'array':
      return Array.from({ length: dice.below(4) + (schema.minItems ?? 0) }, () =>
        fitting(dice, schema.items ?? { type: 'string' }, known, name),
      );
    case 'boolean':
      return dice.once(2);
    case 'integer':
    case 'number':
      return number(dice, schema);
    case 'null':
      return null;
    default:
      return text(dice, known, name);
  }
}

function fittingObject(dice: Dice, schema: Schema, known: Known): unknown {
  const required = new Set(schema.required);
  const chosen = Object.entries(schema.properties ?? {}).filter(([key]) => required.has(key) || dice.once(3));
  const entries = chosen.map(([key, property]): [string, unknown] => [key, fitting(dice, property, known, key)]);
  if (schema.properties === undefined || schema.additionalProperties)
    entries.push([text(dice, known, ''), oddValue(dice, 2)]);
  return Object.fromEntries(entries);
}

function number(dice: Dice, { minimum = 0, maximum = 100 }: Schema): number {
  return dice.once(4)
    ? dice.pick([minimum, maximum, minimum - 1, maximum + 1])
    : minimum + dice.below(maximum - minimum + 1);
}

function text(dice: Dice, { entityIds, words }: Known, name: string): string {
  if (dice.once(6)) return oddText(dice);
  if (/entit/.test(name)) return dice.pick(entityIds);
  return dice.once(3) ? dice.pick(entityIds) : dice.pick(words);
}
