import { Overrun, Raised } from './refusal.ts';

/** A Python value. int is bigint and float is number, so that `5` and `5.0` stay apart; a list is an array. */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Value[]
  | Tuple
  | Dict
  | Group
  | Range
  | View
  | Cursor
  | Callable;

/** What one run may use; handed to everything that makes values. */
export interface Run {
  spentBytes: number;
  callDepth: number;
}

/** Counted over the whole run and never given back, so what is alive at any moment is less. */
const MAX_SPENT_BYTES = 64e6;
const MAX_INT_BITS = 65_536;
export const ITEM_BYTES = 32;
const ENTRY_BYTES = 150;

/** Counts what is about to be made. @throws Overrun */
export function charge(run: Run, bytes: number): void {
  run.spentBytes += bytes;
  if (!(run.spentBytes <= MAX_SPENT_BYTES))
    throw new Overrun(`it needs more than ${MAX_SPENT_BYTES / 1e6} MB of memory`);
}

/** @throws Overrun when an integer would have more than 65,536 bits */
export function chargeInt(bits: number): void {
  if (bits > MAX_INT_BITS) throw new Overrun(`it makes an integer of more than ${MAX_INT_BITS} bits`);
}

export class Tuple {
  readonly items: readonly Value[];
  constructor(items: readonly Value[]) {
    this.items = items;
  }
}

export class Dict {
  readonly entries = new Map<string, readonly [Value, Value]>();
}

/** A set; the name `Set` is taken. */
export class Group {
  readonly members = new Map<string, Value>();
}

export class Range {
  readonly start: number;
  readonly stop: number;
  readonly step: number;
  readonly length: number;
  constructor(start: number, stop: number, step: number) {
    this.start = start;
    this.stop = stop;
    this.step = step;
    this.length = Math.max(0, Math.ceil((stop - start) / step));
  }
  at(index: number): bigint {
    return BigInt(this.start + index * this.step);
  }
}

/** What `keys()`, `values()` and `items()` give: it follows its dict. */
export class View {
  readonly dict: Dict;
  readonly shows: 'keys' | 'values' | 'items';
  constructor(dict: Dict, shows: 'keys' | 'values' | 'items') {
    this.dict = dict;
    this.shows = shows;
  }
}

/** An iterator that is used up by reading it. */
export class Cursor {
  readonly typeName: string;
  readonly iterator: Iterator<Value>;
  isRunning = false;
  constructor(typeName: string, iterator: Iterator<Value>) {
    this.typeName = typeName;
    this.iterator = iterator;
  }
}

export type Keywords = ReadonlyMap<string, Value>;

export class Callable {
  readonly name: string;
  readonly typeName: 'function' | 'type' | 'builtin_function_or_method';
  readonly call: (run: Run, args: readonly Value[], keywords: Keywords) => Value;
  /** For a type: is the value one of it? */
  readonly isInstance: ((value: Value) => boolean) | undefined;
  constructor(
    name: string,
    typeName: Callable['typeName'],
    call: Callable['call'],
    isInstance: Callable['isInstance'] = undefined,
  ) {
    this.name = name;
    this.typeName = typeName;
    this.call = call;
    this.isInstance = isInstance;
  }
}

export function typeOf(value: Value): string {
  if (value === null) return 'NoneType';
  if (Array.isArray(value)) return 'list';
  if (value instanceof Tuple) return 'tuple';
  if (value instanceof Dict) return 'dict';
  if (value instanceof Group) return 'set';
  if (value instanceof Range) return 'range';
  if (value instanceof View) return `dict_${value.shows}`;
  if (value instanceof Cursor || value instanceof Callable) return value.typeName;
  return { boolean: 'bool', bigint: 'int', number: 'float', string: 'str' }[typeof value as 'boolean'] ?? 'object';
}

export function typeError(message: string): Raised {
  return new Raised('TypeError', message);
}

/** bool, int and float as a number to calculate with. */
export function numeric(value: Value): bigint | number | undefined {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  return typeof value === 'bigint' || typeof value === 'number' ? value : undefined;
}

/** Under this text a value is found in a dict or set: equal values have equal keys. @throws Raised TypeError when unhashable */
export function keyOf(run: Run, value: Value): string {
  if (typeof value === 'string') return `s${value}`;
  const number = numeric(value);
  if (typeof number === 'number') return Number.isInteger(number) ? `n${BigInt(number)}` : `n${number}`;
  if (number !== undefined) return `n${number}`;
  if (value === null) return 'z';
  if (value instanceof Callable) return `c${value.name}`;
  if (!(value instanceof Tuple)) throw typeError(`unhashable type: '${typeOf(value)}'`);
  const keys = value.items.map((item) => keyOf(run, item));
  charge(
    run,
    keys.reduce((sum, key) => sum + key.length + 8, 0),
  );
  return `t${keys.map((key) => `${key.length}:${key}`).join('')}`;
}

export function dictGet(run: Run, dict: Dict, key: Value): Value | undefined {
  return dict.entries.get(keyOf(run, key))?.[1];
}

/** A key that is there keeps its place and its first spelling. */
export function dictSet(run: Run, dict: Dict, key: Value, value: Value): void {
  const text = keyOf(run, key);
  const known = dict.entries.get(text);
  if (known === undefined) charge(run, ENTRY_BYTES);
  dict.entries.set(text, [known === undefined ? key : known[0], value]);
}

export function dictOf(run: Run, pairs: Iterable<readonly [Value, Value]>): Dict {
  const dict = new Dict();
  for (const [key, value] of pairs) dictSet(run, dict, key, value);
  return dict;
}

export function groupOf(run: Run, values: Iterable<Value>): Group {
  const group = new Group();
  for (const value of values) groupAdd(run, group, value);
  return group;
}

export function groupAdd(run: Run, group: Group, value: Value): void {
  const key = keyOf(run, value);
  if (group.members.has(key)) return;
  charge(run, ENTRY_BYTES);
  group.members.set(key, value);
}

export function isTruthy(value: Value): boolean {
  if (typeof value === 'object' && value !== null) return lengthOf(value) !== 0;
  return Boolean(value);
}

/** As `len` counts; undefined for what has no length. Text counts in code points. */
export function lengthOf(value: Value): number | undefined {
  if (typeof value === 'string') return hasPairs(value) ? [...value].length : value.length;
  if (Array.isArray(value) || value instanceof Range) return value.length;
  if (value instanceof Tuple) return value.items.length;
  if (value instanceof Dict) return value.entries.size;
  if (value instanceof Group) return value.members.size;
  if (value instanceof View) return value.dict.entries.size;
  return undefined;
}

/** Emoji and the like take two units in JavaScript and count once in Python. */
function hasPairs(text: string): boolean {
  return /[\ud800-\udfff]/.test(text);
}

export function codePoints(run: Run, text: string): readonly string[] {
  charge(run, text.length * ITEM_BYTES);
  return hasPairs(text) ? [...text] : text.split('');
}
