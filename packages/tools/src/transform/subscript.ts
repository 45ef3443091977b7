import { collect, iterableOf } from './iterate.ts';
import { Raised } from './refusal.ts';
import { repr } from './text.ts';
import {
  charge,
  codePoints,
  Dict,
  dictGet,
  dictSet,
  ITEM_BYTES,
  keyOf,
  numeric,
  Range,
  type Run,
  Tuple,
  typeError,
  typeOf,
  type Value,
} from './values.ts';

/** `lower:upper:step`, each undefined or None when left out. */
export interface Slice {
  readonly lower: Value;
  readonly upper: Value;
  readonly step: Value;
}

interface Bounds {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

function sliceIndex(value: Value, fallback: number): number {
  if (value === null) return fallback;
  const number = numeric(value);
  if (typeof number !== 'bigint') throw typeError('slice indices must be integers or None or have an __index__ method');
  return Number(number);
}

/** Where a slice begins, how it goes on and how many items it has, for a sequence of `length`. */
function boundsOf({ lower, upper, step: stepValue }: Slice, length: number): Bounds {
  const step = sliceIndex(stepValue, 1);
  if (step === 0) throw new Raised('ValueError', 'slice step cannot be zero');
  const [lowest, highest] = step > 0 ? [0, length] : [-1, length - 1];
  const clamp = (index: number) => Math.min(highest, Math.max(lowest, index < 0 ? index + length : index));
  const start = lower === null ? (step > 0 ? lowest : highest) : clamp(sliceIndex(lower, 0));
  const stop = upper === null ? (step > 0 ? highest : lowest) : clamp(sliceIndex(upper, 0));
  return { start, step, count: Math.max(0, Math.ceil((stop - start) / step)) };
}

function pick<T>(run: Run, items: readonly T[], slice: Slice): T[] {
  const { start, step, count } = boundsOf(slice, items.length);
  charge(run, count * ITEM_BYTES);
  if (step === 1) return items.slice(start, start + count);
  return Array.from({ length: count }, (_, n) => items[start + n * step]).filter((item) => item !== undefined);
}

function indexOf(index: Value, length: number, sequence: string, complaint: string): number {
  const number = numeric(index);
  if (typeof number !== 'bigint') {
    const rule =
      sequence === 'string'
        ? `string indices must be integers, not '${typeOf(index)}'`
        : `${sequence} indices must be integers or slices, not ${typeOf(index)}`;
    throw typeError(rule);
  }
  const at = number < 0n ? Number(number) + length : Number(number);
  if (at < 0 || at >= length) throw new Raised('IndexError', complaint);
  return at;
}

/** `object[index]`. @throws Raised IndexError | KeyError | TypeError */
export function getItem(run: Run, object: Value, index: Value): Value {
  if (object instanceof Dict) {
    const value = dictGet(run, object, index);
    if (value === undefined) throw new Raised('KeyError', repr(run, index));
    return value;
  }
  if (Array.isArray(object)) return object[indexOf(index, object.length, 'list', 'list index out of range')] ?? null;
  if (typeof object === 'string') {
    const chars = codePoints(run, object);
    return chars[indexOf(index, chars.length, 'string', 'string index out of range')] ?? '';
  }
  if (object instanceof Tuple) {
    return object.items[indexOf(index, object.items.length, 'tuple', 'tuple index out of range')] ?? null;
  }
  if (object instanceof Range)
    return object.at(indexOf(index, object.length, 'range', 'range object index out of range'));
  throw typeError(`'${typeOf(object)}' object is not subscriptable`);
}

/** `object[lower:upper:step]`. */
export function getSlice(run: Run, object: Value, slice: Slice): Value {
  if (typeof object === 'string') return pick(run, codePoints(run, object), slice).join('');
  if (Array.isArray(object)) return pick(run, object, slice);
  if (object instanceof Tuple) return new Tuple(pick(run, object.items, slice));
  if (object instanceof Range) {
    const { start, step, count } = boundsOf(slice, object.length);
    const first = object.start + start * object.step;
    return new Range(first, first + count * step * object.step, step * object.step);
  }
  throw object instanceof Dict
    ? typeError("unhashable type: 'slice'")
    : typeError(`'${typeOf(object)}' object is not subscriptable`);
}

/** `object[index] = value`. */
export function setItem(run: Run, object: Value, index: Value, value: Value): void {
  if (object instanceof Dict) dictSet(run, object, index, value);
  else if (Array.isArray(object))
    object[indexOf(index, object.length, 'list', 'list assignment index out of range')] = value;
  else throw typeError(`'${typeOf(object)}' object does not support item assignment`);
}

/** `object[lower:upper:step] = value`. */
export function setSlice(run: Run, object: Value, slice: Slice, value: Value): void {
  if (!Array.isArray(object)) throw typeError(`'${typeOf(object)}' object does not support item assignment`);
  if (iterableOf(run, value) === undefined) throw typeError('can only assign an iterable');
  const items = collect(run, value);
  const { start, step, count } = boundsOf(slice, object.length);
  if (step === 1) {
    const tail = object.splice(start).slice(count);
    for (const item of [...items, ...tail]) object.push(item);
    return;
  }
  if (items.length !== count) {
    throw new Raised(
      'ValueError',
      `attempt to assign sequence of size ${items.length} to extended slice of size ${count}`,
    );
  }
  for (const [n, item] of items.entries()) object[start + n * step] = item;
}

/** `del object[index]`. */
export function deleteItem(run: Run, object: Value, index: Value): void {
  if (object instanceof Dict) {
    if (!object.entries.delete(keyOf(run, index))) throw new Raised('KeyError', repr(run, index));
  } else if (Array.isArray(object)) {
    object.splice(indexOf(index, object.length, 'list', 'list assignment index out of range'), 1);
  } else throw typeError(`'${typeOf(object)}' object doesn't support item deletion`);
}

/** `del object[lower:upper:step]`. */
export function deleteSlice(object: Value, slice: Slice): void {
  if (!Array.isArray(object)) throw typeError(`'${typeOf(object)}' object doesn't support item deletion`);
  const { start, step, count } = boundsOf(slice, object.length);
  const gone = new Set(Array.from({ length: count }, (_, n) => start + n * step));
  const kept = object.filter((_, index) => !gone.has(index));
  object.length = 0;
  for (const item of kept) object.push(item);
}
