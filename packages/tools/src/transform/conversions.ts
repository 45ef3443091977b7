import { take } from './arguments.ts';
import { updateDict } from './dict-methods.ts';
import { collect, iterate } from './iterate.ts';
import { toFloat } from './operators.ts';
import { Raised } from './refusal.ts';
import { repr, str } from './text.ts';
import {
  Callable,
  Dict,
  dictOf,
  Group,
  groupOf,
  isTruthy,
  type Keywords,
  numeric,
  type Run,
  Tuple,
  typeError,
  typeOf,
  type Value,
} from './values.ts';

function one(name: string, args: readonly Value[], keywords: Keywords, fallback: Value): Value {
  return take(name, args, keywords, { required: 0, most: 1 }).at(0, fallback);
}

function type(name: string, isInstance: (value: Value) => boolean, call: Callable['call']): Callable {
  return new Callable(name, 'type', call, isInstance);
}

function toInt(run: Run, value: Value, base: number | undefined): bigint {
  if (typeof value === 'string') return parseInteger(run, value, base ?? 10);
  if (base !== undefined) throw typeError("int() can't convert non-string with explicit base");
  const number = numeric(value);
  if (number === undefined) {
    throw typeError(`int() argument must be a string, a bytes-like object or a real number, not '${typeOf(value)}'`);
  }
  if (typeof number === 'bigint') return number;
  if (Number.isNaN(number)) throw new Raised('ValueError', 'cannot convert float NaN to integer');
  if (!Number.isFinite(number)) throw new Raised('OverflowError', 'cannot convert float infinity to integer');
  return BigInt(Math.trunc(number));
}

const RADIX_PREFIX: Readonly<Record<string, number>> = { '0x': 16, '0o': 8, '0b': 2 };

function parseInteger(run: Run, text: string, base: number): bigint {
  const plain = text.trim().toLowerCase();
  const [, sign, digits = ''] = /^([+-]?)(.*)$/s.exec(plain) ?? [];
  const prefixBase = RADIX_PREFIX[digits.slice(0, 2)];
  const radix = base === 0 ? (prefixBase ?? 10) : base;
  const body = prefixBase === radix ? digits.slice(2) : digits;
  if (!(radix >= 2 && radix <= 36)) throw new Raised('ValueError', 'int() base must be >= 2 and <= 36, or 0');
  const isNumber =
    /^[\da-z]+(_[\da-z]+)*$/.test(body) &&
    [...body.replaceAll('_', '')].every((digit) => Number.parseInt(digit, 36) < radix);
  if (!isNumber) throw new Raised('ValueError', `invalid literal for int() with base ${base}: ${repr(run, text)}`);
  if (body.length > 4300) {
    throw new Raised(
      'ValueError',
      `Exceeds the limit (4300 digits) for integer string conversion: value has ${body.length} digits`,
    );
  }
  let value = 0n;
  for (const digit of body.replaceAll('_', '')) value = value * BigInt(radix) + BigInt(Number.parseInt(digit, 36));
  return sign === '-' ? -value : value;
}

function parseFloatText(run: Run, text: string): number {
  const plain = text.trim().toLowerCase();
  const special = /^([+-]?)(inf|infinity|nan)$/.exec(plain);
  if (special !== null) return special[2] === 'nan' ? Number.NaN : special[1] === '-' ? -Infinity : Infinity;
  if (!/^[+-]?(\d+(_\d+)*\.?(\d+(_\d+)*)?|\.\d+(_\d+)*)(e[+-]?\d+)?$/.test(plain)) {
    throw new Raised('ValueError', `could not convert string to float: ${repr(run, text)}`);
  }
  return Number(plain.replaceAll('_', ''));
}

function toFloatValue(run: Run, value: Value): number {
  if (typeof value === 'string') return parseFloatText(run, value);
  const number = numeric(value);
  if (number === undefined)
    throw typeError(`float() argument must be a string or a real number, not '${typeOf(value)}'`);
  return toFloat(number);
}

/** The types a program can name, which convert when called. */
export const TYPES: readonly Callable[] = [
  type(
    'str',
    (value) => typeof value === 'string',
    (run, args, keywords) => str(run, one('str', args, keywords, '')),
  ),
  type(
    'int',
    (value) => typeof value === 'bigint' || typeof value === 'boolean',
    (run, args, keywords) => {
      const given = take('int', args, keywords, { required: 0, most: 2, names: ['base'] });
      const base = args[1] ?? given.named('base');
      return toInt(run, given.at(0, 0n), base === undefined ? undefined : Number(numeric(base)));
    },
  ),
  type(
    'float',
    (value) => typeof value === 'number',
    (run, args, keywords) => toFloatValue(run, one('float', args, keywords, 0)),
  ),
  type(
    'bool',
    (value) => typeof value === 'boolean',
    (_run, args, keywords) => isTruthy(one('bool', args, keywords, false)),
  ),
  type('list', Array.isArray, (run, args, keywords) => collect(run, one('list', args, keywords, []))),
  type(
    'tuple',
    (value) => value instanceof Tuple,
    (run, args, keywords) => new Tuple(collect(run, one('tuple', args, keywords, []))),
  ),
  type(
    'set',
    (value) => value instanceof Group,
    (run, args, keywords) => groupOf(run, iterate(run, one('set', args, keywords, []))),
  ),
  type(
    'dict',
    (value) => value instanceof Dict,
    (run, args, keywords) => {
      const dict = dictOf(run, []);
      if (args.length > 1) throw typeError(`dict expected at most 1 argument, got ${args.length}`);
      updateDict(run, dict, args[0], keywords);
      return dict;
    },
  ),
];
