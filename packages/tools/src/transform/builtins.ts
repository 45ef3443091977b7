import { indexNumber, take } from './arguments.ts';
import { inOrder } from './compare.ts';
import { TYPES } from './conversions.ts';
import { collect, iterate } from './iterate.ts';
import { callValue, sortWith } from './list-methods.ts';
import { binary, toFloat } from './operators.ts';
import { Raised } from './refusal.ts';
import { divideRound, fixedText } from './text.ts';
import {
  Callable,
  Cursor,
  charge,
  ITEM_BYTES,
  isTruthy,
  type Keywords,
  lengthOf,
  numeric,
  Range,
  type Run,
  Tuple,
  typeError,
  typeOf,
  type Value,
} from './values.ts';

type Call = Callable['call'];

const only = (name: string, args: readonly Value[], keywords: Keywords): Value =>
  take(name, args, keywords, { required: 1, most: 1 }).at(0);

const len: Call = (_run, args, keywords) => {
  const value = only('len', args, keywords);
  const length = lengthOf(value);
  if (length === undefined) throw typeError(`object of type '${typeOf(value)}' has no len()`);
  return BigInt(length);
};

const isinstance: Call = (_run, args, keywords) => {
  const given = take('isinstance', args, keywords, { required: 2, most: 2 });
  const fits = (type: Value): boolean => {
    if (type instanceof Tuple) return type.items.some(fits);
    if (type instanceof Callable && type.isInstance !== undefined) return type.isInstance(given.at(0));
    throw typeError('isinstance() arg 2 must be a type, a tuple of types, or a union');
  };
  return fits(given.at(1));
};

const range: Call = (_run, args, keywords) => {
  take('range', args, keywords, { required: 1, most: 3 });
  const [first = 0, second, step = 1] = args.map(indexNumber);
  if (step === 0) throw new Raised('ValueError', 'range() arg 3 must not be zero');
  return second === undefined ? new Range(0, first, 1) : new Range(first, second, step);
};

const enumerate: Call = (run, args, keywords) => {
  const given = take('enumerate', args, keywords, { required: 1, most: 2, names: ['iterable', 'start'] });
  const items = iterate(run, given.at(0, null, 'iterable'));
  return new Cursor('enumerate', numbered(run, items, BigInt(indexNumber(given.at(1, 0n, 'start')))));
};

function* numbered(run: Run, items: Iterable<Value>, start: bigint): Generator<Value> {
  let index = start;
  for (const item of items) {
    charge(run, 2 * ITEM_BYTES);
    yield new Tuple([index, item]);
    index += 1n;
  }
}

const zip: Call = (run, args, keywords) => {
  const isStrict = isTruthy(
    take('zip', [], keywords, { required: 0, most: 0, names: ['strict'] }).named('strict') ?? false,
  );
  const sources = args.map((source) => iterate(run, source)[Symbol.iterator]());
  return new Cursor('zip', zipped(run, sources, isStrict));
};

function* zipped(run: Run, sources: readonly Iterator<Value>[], isStrict: boolean): Generator<Value> {
  while (sources.length > 0) {
    const row: Value[] = [];
    for (const source of sources) {
      const item = source.next();
      if (item.done === true) break;
      row.push(item.value);
    }
    if (row.length < sources.length) {
      if (isStrict) checkStrict(sources, row.length);
      return;
    }
    charge(run, (row.length + 1) * ITEM_BYTES);
    yield new Tuple(row);
  }
}

function checkStrict(sources: readonly Iterator<Value>[], ended: number): void {
  if (ended > 0)
    throw new Raised(
      'ValueError',
      `zip() argument ${ended + 1} is shorter than argument${ended === 1 ? ' 1' : `s 1-${ended}`}`,
    );
  const longer = sources.findIndex((source, n) => n > 0 && source.next().done !== true);
  if (longer > 0)
    throw new Raised(
      'ValueError',
      `zip() argument ${longer + 1} is longer than argument${longer === 1 ? ' 1' : `s 1-${longer}`}`,
    );
}

const sorted: Call = (run, args, keywords) => {
  if (args.length !== 1) throw typeError(`sorted expected 1 argument, got ${args.length}`);
  return sortWith(run, collect(run, args[0] ?? null), keywords);
};

const reversed: Call = (run, args, keywords) => {
  const value = only('reversed', args, keywords);
  if (!['list', 'tuple', 'str', 'range', 'dict', 'dict_keys', 'dict_values', 'dict_items'].includes(typeOf(value))) {
    throw typeError(`'${typeOf(value)}' object is not reversible`);
  }
  return new Cursor('reversed', collect(run, value).reverse().values());
};

/** `min` and `max`: the first that no other comes before. */
function extreme(name: 'min' | 'max', operator: '<' | '>'): Call {
  return (run, args, keywords) => {
    const [first, ...others] = args;
    if (first === undefined) throw typeError(`${name} expected at least 1 argument, got 0`);
    const given = take(name, [], keywords, { required: 0, most: 0, names: ['key', 'default'] });
    const key = given.named('key') ?? null;
    const rankOf = (item: Value) => (key === null ? item : callValue(run, key, [item]));
    const best = firstOf(run, operator, others.length === 0 ? iterate(run, first) : args, rankOf);
    const value = best === undefined ? given.named('default') : best;
    if (value === undefined) throw new Raised('ValueError', `${name}() arg is an empty sequence`);
    return value;
  };
}

function firstOf(
  run: Run,
  operator: string,
  items: Iterable<Value>,
  rankOf: (item: Value) => Value,
): Value | undefined {
  let best: { readonly item: Value; readonly rank: Value } | undefined;
  for (const item of items) {
    const rank = rankOf(item);
    if (best === undefined || inOrder(run, operator, rank, best.rank)) best = { item, rank };
  }
  return best?.item;
}

const sum: Call = (run, args, keywords) => {
  const given = take('sum', args, keywords, { required: 1, most: 2, names: ['start'] });
  let total = given.at(1, 0n, 'start');
  if (typeof total === 'string') throw typeError("sum() can't sum strings [use ''.join(seq) instead]");
  for (const item of iterate(run, given.at(0))) total = binary(run, '+', total, item);
  return total;
};

const abs: Call = (_run, args, keywords) => {
  const value = only('abs', args, keywords);
  const number = numeric(value);
  if (number === undefined) throw typeError(`bad operand type for abs(): '${typeOf(value)}'`);
  return number < 0 || Object.is(number, -0) ? -number : number;
};

function quantifier(name: 'any' | 'all', stopsAt: boolean): Call {
  return (run, args, keywords) => {
    for (const item of iterate(run, only(name, args, keywords))) if (isTruthy(item) === stopsAt) return stopsAt;
    return !stopsAt;
  };
}

const round: Call = (_run, args, keywords) => {
  const given = take('round', args, keywords, { required: 1, most: 2, names: ['number', 'ndigits'] });
  const value = given.at(0, null, 'number');
  const number = numeric(value);
  if (number === undefined) throw typeError(`type ${typeOf(value)} doesn't define __round__ method`);
  const places = given.at(1, null, 'ndigits');
  const digits = places === null ? undefined : indexNumber(places);
  if (typeof number === 'bigint') return digits === undefined || digits >= 0 ? number : roundInteger(number, -digits);
  return roundFloat(number, digits);
};

function roundInteger(number: bigint, zeros: number): bigint {
  if (zeros > number.toString().length) return 0n;
  const power = 10n ** BigInt(zeros);
  return divideRound(number, power) * power;
}

function roundFloat(number: number, digits: number | undefined): Value {
  if (!Number.isFinite(number)) {
    if (digits !== undefined) return number;
    if (Number.isNaN(number)) throw new Raised('ValueError', 'cannot convert float NaN to integer');
    throw new Raised('OverflowError', 'cannot convert float infinity to integer');
  }
  if (digits === undefined) return BigInt(fixedText(number, 0));
  // A float has no digits beyond these to round.
  if (digits > 330 || number === 0) return number;
  return digits >= 0 ? Number(fixedText(number, digits)) : toFloat(roundInteger(BigInt(fixedText(number, 0)), -digits));
}

const FUNCTIONS: Readonly<Record<string, Call>> = {
  len,
  isinstance,
  range,
  enumerate,
  zip,
  sorted,
  reversed,
  min: extreme('min', '<'),
  max: extreme('max', '>'),
  sum,
  abs,
  any: quantifier('any', true),
  all: quantifier('all', false),
  round,
};

/** Every builtin a program can name. */
export function builtins(): ReadonlyMap<string, Value> {
  const functions = Object.entries(FUNCTIONS).map(
    ([name, call]) => new Callable(name, 'builtin_function_or_method', call),
  );
  return new Map([...functions, ...TYPES].map((callable) => [callable.name, callable]));
}
