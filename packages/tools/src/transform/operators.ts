import { equal, inOrder } from './compare.ts';
import { iterableOf } from './iterate.ts';
import { percentFormat } from './percent-format.ts';
import { Raised } from './refusal.ts';
import {
  charge,
  chargeInt,
  Dict,
  Group,
  ITEM_BYTES,
  keyOf,
  numeric,
  Range,
  type Run,
  Tuple,
  typeError,
  typeOf,
  type Value,
  View,
} from './values.ts';

function unsupported(operator: string, a: Value, b: Value): Raised {
  const shown = operator === '**' ? '** or pow()' : operator;
  return typeError(`unsupported operand type(s) for ${shown}: '${typeOf(a)}' and '${typeOf(b)}'`);
}

/** `a + b` and its like. @throws Raised TypeError | ZeroDivisionError | OverflowError */
export function binary(run: Run, operator: string, a: Value, b: Value): Value {
  const [x, y] = [numeric(a), numeric(b)];
  if (x !== undefined && y !== undefined) return arithmetic(operator, x, y, a, b);
  if (operator === '+') return add(run, a, b);
  if (operator === '*') return repeat(run, a, b);
  if (operator === '%' && typeof a === 'string') return percentFormat(run, a, b);
  if (a instanceof Dict && b instanceof Dict && operator === '|') return mergeDicts(run, a, b);
  if (a instanceof Group && b instanceof Group) return combineGroups(run, operator, a, b);
  throw unsupported(operator, a, b);
}

function arithmetic(operator: string, x: bigint | number, y: bigint | number, a: Value, b: Value): Value {
  if ('&|^'.includes(operator) && typeof a === 'boolean' && typeof b === 'boolean')
    return integers(operator, x, y, a, b) === 1n;
  if (operator === '/') return divide(x, y);
  if (typeof x === 'bigint' && typeof y === 'bigint' && !(operator === '**' && y < 0n))
    return integers(operator, x, y, a, b);
  return floats(operator, toFloat(x), toFloat(y), a, b);
}

export function toFloat(value: bigint | number): number {
  const float = Number(value);
  if (typeof value === 'bigint' && !Number.isFinite(float))
    throw new Raised('OverflowError', 'int too large to convert to float');
  return float;
}

function divide(x: bigint | number, y: bigint | number): number {
  if (Number(y) === 0) throw new Raised('ZeroDivisionError', 'division by zero');
  return toFloat(x) / toFloat(y);
}

function bits(value: bigint): number {
  return (value < 0n ? -value : value).toString(2).length;
}

function integers(operator: string, x: bigint | number, y: bigint | number, a: Value, b: Value): bigint {
  if (typeof x !== 'bigint' || typeof y !== 'bigint') throw unsupported(operator, a, b);
  const calculate = INTEGERS[operator];
  if (calculate === undefined) throw unsupported(operator, a, b);
  return calculate(x, y);
}

const INTEGERS: Readonly<Record<string, (x: bigint, y: bigint) => bigint>> = {
  '+': (x, y) => x + y,
  '-': (x, y) => x - y,
  '*': (x, y) => {
    chargeInt(bits(x) + bits(y) - 1);
    return x * y;
  },
  '//': (x, y) => {
    if (y === 0n) throw new Raised('ZeroDivisionError', 'integer division or modulo by zero');
    return (x - modulo(x, y)) / y;
  },
  '%': (x, y) => {
    if (y === 0n) throw new Raised('ZeroDivisionError', 'integer modulo by zero');
    return modulo(x, y);
  },
  '**': (x, y) => {
    if (x !== 0n && x !== 1n && x !== -1n) chargeInt(Number(y) * (bits(x) - 1));
    return x ** y;
  },
  '<<': (x, y) => {
    if (y < 0n) throw new Raised('ValueError', 'negative shift count');
    chargeInt(bits(x) + Number(y));
    return x << y;
  },
  '>>': (x, y) => {
    if (y < 0n) throw new Raised('ValueError', 'negative shift count');
    return x >> y;
  },
  '&': (x, y) => x & y,
  '|': (x, y) => x | y,
  '^': (x, y) => x ^ y,
};

/** The sign follows the divisor. */
function modulo(x: bigint, y: bigint): bigint {
  const rest = x % y;
  return rest !== 0n && rest < 0n !== y < 0n ? rest + y : rest;
}

function floatModulo(x: number, y: number): number {
  const rest = x % y;
  if (rest !== 0 && rest < 0 !== y < 0) return rest + y;
  return rest === 0 ? (y < 0 ? -0 : 0) : rest;
}

function floats(operator: string, x: number, y: number, a: Value, b: Value): number {
  if (operator === '+') return x + y;
  if (operator === '-') return x - y;
  if (operator === '*') return x * y;
  if (operator === '**') return power(x, y);
  if (operator !== '//' && operator !== '%') throw unsupported(operator, a, b);
  if (y === 0)
    throw new Raised('ZeroDivisionError', operator === '%' ? 'float modulo' : 'float floor division by zero');
  return operator === '%' ? floatModulo(x, y) : Math.round((x - floatModulo(x, y)) / y);
}

function power(x: number, y: number): number {
  if (x === 0 && y < 0) throw new Raised('ZeroDivisionError', '0.0 cannot be raised to a negative power');
  const result = x ** y;
  if (Number.isFinite(x) && Number.isFinite(y) && !Number.isFinite(result)) {
    throw Number.isNaN(result)
      ? new Raised('ValueError', 'complex numbers are not supported')
      : new Raised('OverflowError', "(34, 'Numerical result out of range')");
  }
  return result;
}

function add(run: Run, a: Value, b: Value): Value {
  if (typeof a === 'string' && typeof b === 'string') {
    charge(run, a.length + b.length);
    return a + b;
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    charge(run, (a.length + b.length) * ITEM_BYTES);
    return [...a, ...b];
  }
  if (a instanceof Tuple && b instanceof Tuple) {
    charge(run, (a.items.length + b.items.length) * ITEM_BYTES);
    return new Tuple([...a.items, ...b.items]);
  }
  const [left, right] = [typeOf(a), typeOf(b)];
  if (['str', 'list', 'tuple'].includes(left))
    throw typeError(`can only concatenate ${left} (not "${right}") to ${left}`);
  throw unsupported('+', a, b);
}

function repeat(run: Run, a: Value, b: Value): Value {
  const [what, times] = typeof numeric(a) === 'bigint' ? [b, numeric(a)] : [a, numeric(b)];
  const isSequence = typeof what === 'string' || Array.isArray(what) || what instanceof Tuple;
  if (!isSequence) throw unsupported('*', a, b);
  if (typeof times !== 'bigint')
    throw typeError(`can't multiply sequence by non-int of type '${typeOf(what === a ? b : a)}'`);
  const count = Math.max(0, Number(times));
  if (typeof what === 'string') {
    charge(run, what.length * count);
    return what.repeat(what === '' ? 0 : count);
  }
  const items = what instanceof Tuple ? what.items : what;
  charge(run, items.length * count * ITEM_BYTES);
  const repeated = items.length === 0 ? [] : Array.from({ length: count }, () => items).flat();
  return what instanceof Tuple ? new Tuple(repeated) : repeated;
}

export function mergeDicts(run: Run, a: Dict, b: Dict): Dict {
  const merged = new Dict();
  for (const { entries } of [a, b]) {
    charge(run, entries.size * ITEM_BYTES * 4);
    for (const [key, entry] of entries) merged.entries.set(key, entry);
  }
  return merged;
}

function combineGroups(run: Run, operator: string, a: Group, b: Group): Group {
  const result = new Group();
  const take = (from: Group, keep: (key: string) => boolean) => {
    charge(run, from.members.size * ITEM_BYTES);
    for (const [key, member] of from.members) if (keep(key)) result.members.set(key, member);
  };
  if (operator === '&') take(a, (key) => b.members.has(key));
  else if (operator === '|' || operator === '-' || operator === '^')
    take(a, (key) => operator === '|' || !b.members.has(key));
  else throw unsupported(operator, a, b);
  if (operator === '|' || operator === '^') take(b, (key) => !a.members.has(key));
  return result;
}

/** `-a`, `+a`, `~a`. */
export function unary(operator: string, operand: Value): Value {
  const value = numeric(operand);
  if (value === undefined || (operator === '~' && typeof value === 'number')) {
    throw typeError(`bad operand type for unary ${operator}: '${typeOf(operand)}'`);
  }
  if (operator === '~' && typeof value === 'bigint') return ~value;
  return operator === '-' ? -value : value;
}

/** One link of a comparison chain. */
export function compare(run: Run, operator: string, a: Value, b: Value): boolean {
  if (operator === '==') return equal(run, a, b);
  if (operator === '!=') return !equal(run, a, b);
  if (operator === 'is') return a === b;
  if (operator === 'is not') return a !== b;
  if (operator === 'in') return contains(run, b, a);
  return operator === 'not in' ? !contains(run, b, a) : inOrder(run, operator, a, b);
}

function contains(run: Run, container: Value, value: Value): boolean {
  if (typeof container === 'string') {
    if (typeof value !== 'string')
      throw typeError(`'in <string>' requires string as left operand, not ${typeOf(value)}`);
    return container.includes(value);
  }
  if (container instanceof Dict) return container.entries.has(keyOf(run, value));
  if (container instanceof Group) return container.members.has(keyOf(run, value));
  if (container instanceof View && container.shows === 'keys') return container.dict.entries.has(keyOf(run, value));
  if (container instanceof Range) return inRange(container, value);
  const items = iterableOf(run, container);
  if (items === undefined) throw typeError(`argument of type '${typeOf(container)}' is not iterable`);
  for (const item of items) if (equal(run, item, value)) return true;
  return false;
}

function inRange({ start, step, length }: Range, value: Value): boolean {
  const index = (Number(numeric(value) ?? Number.NaN) - start) / step;
  return Number.isInteger(index) && index >= 0 && index < length;
}
