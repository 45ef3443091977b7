import { Overrun, Raised } from './refusal.ts';
import { floatText } from './text.ts';
import { Dict, Tuple, typeOf, type Value } from './values.ts';

/** Deeper than any configuration, shallow enough for everything that later walks the data. */
const MAX_DEPTH = 100;
const MAX_NODES = 2_000_000;

/** JSON data as Python reads it: a whole number becomes an int, an object a dict in its order. */
export function fromJson(data: unknown): Value {
  if (data === null || typeof data === 'boolean' || typeof data === 'string') return data;
  if (typeof data === 'number') return Number.isSafeInteger(data) && !Object.is(data, -0) ? BigInt(data) : data;
  if (Array.isArray(data)) return data.map(fromJson);
  const dict = new Dict();
  for (const [key, value] of Object.entries(data ?? {})) dict.entries.set(`s${key}`, [key, fromJson(value)]);
  return dict;
}

/** A program's value as JSON data, by the rules of Python's `json`: tuples become lists, keys become text. @throws Raised | Overrun */
export function toJson(value: Value): unknown {
  let nodes = 0;
  const convert = (one: Value, path: string, depth: number): unknown => {
    nodes += 1;
    if (nodes > MAX_NODES) throw new Overrun(`the result has more than ${MAX_NODES} values`);
    if (depth > MAX_DEPTH)
      throw new Raised('ValueError', `${path.slice(0, 60)}… is nested too deeply, or contains itself`);
    if (Array.isArray(one) || one instanceof Tuple) {
      const items = one instanceof Tuple ? one.items : one;
      return items.map((item, n) => convert(item, `${path}[${n}]`, depth + 1));
    }
    if (!(one instanceof Dict)) return scalar(one, path);
    const pairs = [...one.entries.values()].map(([key, item]) => {
      const name = keyText(key, path);
      return [name, convert(item, `${path}[${JSON.stringify(name)}]`, depth + 1)] as const;
    });
    return Object.fromEntries(pairs);
  };
  return convert(value, 'config', 0);
}

function scalar(value: Value, path: string): unknown {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'bigint') {
    if (Number.isSafeInteger(Number(value))) return Number(value);
    throw new Raised('ValueError', `${path} is an integer too large to be stored exactly`);
  }
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return value;
    throw new Raised('ValueError', `${path} is ${floatText(value)}, which JSON cannot hold`);
  }
  throw new Raised('TypeError', `${path}: object of type ${typeOf(value)} is not JSON serializable`);
}

function keyText(key: Value, path: string): string {
  if (typeof key === 'string') return key;
  if (key === null) return 'null';
  if (typeof key === 'boolean' || typeof key === 'bigint') return String(key);
  if (typeof key === 'number') return floatText(key);
  throw new Raised('TypeError', `${path}: keys must be str, int, float, bool or None, not ${typeOf(key)}`);
}
