import { indexNumber, take } from './arguments.ts';
import { equal, sortValues } from './compare.ts';
import { collect } from './iterate.ts';
import { Raised } from './refusal.ts';
import { repr } from './text.ts';
import {
  Callable,
  charge,
  ITEM_BYTES,
  isTruthy,
  type Keywords,
  type Run,
  typeError,
  typeOf,
  type Value,
} from './values.ts';

export type Methods<T> = Readonly<
  Record<string, (run: Run, self: T, args: readonly Value[], keywords: Keywords) => Value>
>;

const NO_KEYWORDS: Keywords = new Map();

/** Calls a value. @throws Raised TypeError when it is no function */
export function callValue(run: Run, callee: Value, args: readonly Value[], keywords: Keywords = NO_KEYWORDS): Value {
  if (!(callee instanceof Callable)) throw typeError(`'${typeOf(callee)}' object is not callable`);
  return callee.call(run, args, keywords);
}

/** The `key` and `reverse` of `sort` and `sorted`. */
export function sortWith(run: Run, values: readonly Value[], keywords: Keywords): Value[] {
  const given = take('sort', [], keywords, { required: 0, most: 0, names: ['key', 'reverse'] });
  const key = given.named('key') ?? null;
  const keyOfItem = key === null ? (item: Value) => item : (item: Value) => callValue(run, key, [item]);
  charge(run, values.length * ITEM_BYTES * 2);
  return sortValues(run, values, keyOfItem, isTruthy(given.named('reverse') ?? false));
}

/** `index(value, start, stop)` of list, tuple and range. */
export function sequenceIndex(
  run: Run,
  type: string,
  items: readonly Value[],
  args: readonly Value[],
  keywords: Keywords,
): Value {
  const given = take('index', args, keywords, { required: 1, most: 3 });
  const wanted = given.at(0);
  const place = (value: Value | undefined, fallback: number) => {
    const index = value === undefined ? fallback : indexNumber(value);
    return index < 0 ? Math.max(0, index + items.length) : index;
  };
  const start = place(args[1], 0);
  const at = items.slice(start, place(args[2], items.length)).findIndex((item) => equal(run, item, wanted));
  if (at >= 0) return BigInt(start + at);
  throw new Raised(
    'ValueError',
    type === 'tuple' ? 'tuple.index(x): x not in tuple' : `${repr(run, wanted)} is not in ${type}`,
  );
}

export function sequenceCount(run: Run, items: readonly Value[], args: readonly Value[], keywords: Keywords): Value {
  const wanted = take('count', args, keywords, { required: 1, most: 1 }).at(0);
  return BigInt(items.filter((item) => equal(run, item, wanted)).length);
}

export const LIST_METHODS: Methods<Value[]> = {
  append(run, self, args, keywords) {
    if (args.length !== 1) throw typeError(`list.append() takes exactly one argument (${args.length} given)`);
    charge(run, ITEM_BYTES);
    self.push(take('list.append', args, keywords, { required: 1, most: 1 }).at(0));
    return null;
  },
  insert(run, self, args, keywords) {
    const given = take('insert', args, keywords, { required: 2, most: 2 });
    charge(run, ITEM_BYTES);
    self.splice(indexNumber(given.at(0)), 0, given.at(1));
    return null;
  },
  pop(_run, self, args, keywords) {
    const index = indexNumber(take('pop', args, keywords, { required: 0, most: 1 }).at(0, -1n));
    if (self.length === 0) throw new Raised('IndexError', 'pop from empty list');
    const at = index < 0 ? index + self.length : index;
    if (at < 0 || at >= self.length) throw new Raised('IndexError', 'pop index out of range');
    return self.splice(at, 1)[0] ?? null;
  },
  remove(run, self, args, keywords) {
    const wanted = take('list.remove', args, keywords, { required: 1, most: 1 }).at(0);
    const at = self.findIndex((item) => equal(run, item, wanted));
    if (at < 0) throw new Raised('ValueError', 'list.remove(x): x not in list');
    self.splice(at, 1);
    return null;
  },
  clear(_run, self, args, keywords) {
    take('list.clear', args, keywords, { required: 0, most: 0 });
    self.length = 0;
    return null;
  },
  extend(run, self, args, keywords) {
    const more = collect(run, take('list.extend', args, keywords, { required: 1, most: 1 }).at(0));
    for (const item of more) self.push(item);
    return null;
  },
  index: (run, self, args, keywords) => sequenceIndex(run, 'list', self, args, keywords),
  count: (run, self, args, keywords) => sequenceCount(run, self, args, keywords),
  sort(run, self, args, keywords) {
    if (args.length > 0) throw typeError('sort() takes no positional arguments');
    const sorted = sortWith(run, self, keywords);
    self.length = 0;
    for (const item of sorted) self.push(item);
    return null;
  },
  reverse(_run, self, args, keywords) {
    take('list.reverse', args, keywords, { required: 0, most: 0 });
    self.reverse();
    return null;
  },
};
