import { Raised } from './refusal.ts';
import {
  Cursor,
  charge,
  Dict,
  Group,
  ITEM_BYTES,
  Range,
  type Run,
  Tuple,
  typeError,
  typeOf,
  type Value,
  View,
} from './values.ts';

/** Goes through a value as `for` does. @throws Raised TypeError when it cannot be iterated */
export function iterate(run: Run, value: Value): Iterable<Value> {
  const items = iterableOf(run, value);
  if (items === undefined) throw typeError(`'${typeOf(value)}' object is not iterable`);
  return items;
}

export function iterableOf(run: Run, value: Value): Iterable<Value> | undefined {
  if (Array.isArray(value)) return value;
  if (value instanceof Tuple) return value.items;
  if (typeof value === 'string') return value;
  if (value instanceof Dict) return watched(value.entries, ([key]) => key, 'dictionary changed size during iteration');
  if (value instanceof View) return viewItems(run, value);
  if (value instanceof Group) return watched(value.members, (member) => member, 'Set changed size during iteration');
  if (value instanceof Range) return rangeItems(value);
  if (value instanceof Cursor) return rest(value);
  return undefined;
}

/** Everything at once, counted against the run. */
export function collect(run: Run, value: Value): Value[] {
  const items: Value[] = [];
  for (const item of iterate(run, value)) {
    charge(run, ITEM_BYTES);
    items.push(item);
  }
  return items;
}

function* watched<T>(map: ReadonlyMap<string, T>, show: (entry: T) => Value, complaint: string): Generator<Value> {
  const { size } = map;
  for (const entry of map.values()) {
    yield show(entry);
    if (map.size !== size) throw new Raised('RuntimeError', complaint);
  }
}

function viewItems(run: Run, { dict, shows }: View): Iterable<Value> {
  const show = ([key, value]: readonly [Value, Value]): Value => {
    if (shows !== 'items') return shows === 'keys' ? key : value;
    charge(run, 2 * ITEM_BYTES);
    return new Tuple([key, value]);
  };
  return watched(dict.entries, show, 'dictionary changed size during iteration');
}

function* rangeItems(range: Range): Generator<Value> {
  for (let index = 0; index < range.length; index++) yield range.at(index);
}

/** Unlike `for … of` over the iterator itself, leaving early does not end it. */
function* rest(cursor: Cursor): Generator<Value> {
  for (let item = advance(cursor); item.done !== true; item = advance(cursor)) yield item.value;
}

function advance(cursor: Cursor): IteratorResult<Value> {
  if (cursor.isRunning) throw new Raised('ValueError', 'generator already executing');
  cursor.isRunning = true;
  try {
    return cursor.iterator.next();
  } finally {
    cursor.isRunning = false;
  }
}
