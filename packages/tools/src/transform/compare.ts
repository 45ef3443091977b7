import { collect } from './iterate.ts';
import {
  Dict,
  dictGet,
  Group,
  numeric,
  Range,
  type Run,
  Tuple,
  typeError,
  typeOf,
  type Value,
  View,
} from './values.ts';

function sequence(value: Value): readonly Value[] | undefined {
  if (Array.isArray(value)) return value;
  return value instanceof Tuple ? value.items : undefined;
}

/** `==`. */
export function equal(run: Run, a: Value, b: Value): boolean {
  if (a === b) return true;
  const [x, y] = [numeric(a), numeric(b)];
  if (x !== undefined && y !== undefined) return equalNumbers(x, y);
  if (a instanceof Dict && b instanceof Dict) return equalDicts(run, a, b);
  if (a instanceof Group && b instanceof Group) return a.members.size === b.members.size && isSubset(a, b);
  if (a instanceof Range && b instanceof Range) return equal(run, collect(run, a), collect(run, b));
  if (a instanceof View && b instanceof View) return a.shows === b.shows && equalViews(run, a, b);
  return typeOf(a) === typeOf(b) && equalSequences(run, sequence(a), sequence(b));
}

/** Neither less nor greater is how a bigint and a number are told to be the same; NaN equals nothing. */
function equalNumbers(x: bigint | number, y: bigint | number): boolean {
  return !(x < y) && !(x > y) && !Number.isNaN(x) && !Number.isNaN(y);
}

function equalSequences(run: Run, a: readonly Value[] | undefined, b: readonly Value[] | undefined): boolean {
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  return a.every((item, index) => equal(run, item, b[index] ?? null));
}

function equalDicts(run: Run, a: Dict, b: Dict): boolean {
  if (a.entries.size !== b.entries.size) return false;
  for (const [key, [, value]] of a.entries) {
    const other = b.entries.get(key);
    if (other === undefined || !equal(run, value, other[1])) return false;
  }
  return true;
}

function equalViews(run: Run, a: View, b: View): boolean {
  if (a.shows === 'values') return a.dict === b.dict;
  return a.shows === 'items'
    ? equalDicts(run, a.dict, b.dict)
    : collect(run, a).every((key) => dictGet(run, b.dict, key) !== undefined);
}

function isSubset(a: Group, b: Group): boolean {
  for (const key of a.members.keys()) if (!b.members.has(key)) return false;
  return true;
}

/** Code point order, which UTF-16 order is not beyond the first 65,536 characters. */
function compareText(a: string, b: string): number {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at += 1;
  const [x, y] = [a.codePointAt(at) ?? -1, b.codePointAt(at) ?? -1];
  return x - y;
}

/** `<`, `<=`, `>`, `>=`. @throws Raised TypeError for values without an order */
export function inOrder(run: Run, operator: string, a: Value, b: Value): boolean {
  const [x, y] = [numeric(a), numeric(b)];
  if (x !== undefined && y !== undefined) return holds(operator, x, y);
  if (typeof a === 'string' && typeof b === 'string') return holds(operator, compareText(a, b), 0);
  if (a instanceof Group && b instanceof Group) return groupsInOrder(operator, a, b);
  const [s, t] = [sequence(a), sequence(b)];
  if (s === undefined || t === undefined || typeOf(a) !== typeOf(b)) {
    throw typeError(`'${operator}' not supported between instances of '${typeOf(a)}' and '${typeOf(b)}'`);
  }
  const at = s.findIndex((item, index) => index >= t.length || !equal(run, item, t[index] ?? null));
  const [left, right] = [s[at], t[at]];
  return left === undefined || right === undefined
    ? holds(operator, s.length, t.length)
    : inOrder(run, operator, left, right);
}

function holds(operator: string, x: bigint | number, y: bigint | number): boolean {
  if (operator === '<') return x < y;
  if (operator === '<=') return x <= y;
  return operator === '>' ? x > y : x >= y;
}

function groupsInOrder(operator: string, a: Group, b: Group): boolean {
  const [small, large] = operator.startsWith('<') ? [a, b] : [b, a];
  return isSubset(small, large) && (operator.endsWith('=') || small.members.size < large.members.size);
}

/** A stable sort by `<` alone, as Python sorts. */
export function sortValues(
  run: Run,
  values: readonly Value[],
  keyOfItem: (item: Value) => Value,
  isReverse: boolean,
): Value[] {
  const keyed = values.map((item) => ({ item, key: keyOfItem(item) }));
  const order = (a: Value, b: Value) => (inOrder(run, '<', a, b) ? -1 : Number(inOrder(run, '<', b, a)));
  keyed.sort(isReverse ? (a, b) => order(b.key, a.key) : (a, b) => order(a.key, b.key));
  return keyed.map(({ item }) => item);
}
