import { type Keywords, numeric, typeError, typeOf, type Value } from './values.ts';

/** The arguments of a call. None is a value like any other: only what was left out takes the fallback. */
export interface Given {
  /** By position, or by name when it has one. */
  at(index: number, fallback?: Value, name?: string): Value;
  /** Undefined when left out. */
  named(name: string): Value | undefined;
}

/**
 * Checks counts and names: at least `required` arguments, at most `most` by position, and no keyword but `names`.
 * @throws Raised TypeError as Python words it for its builtins
 */
export function take(
  name: string,
  args: readonly Value[],
  keywords: Keywords,
  shape: { readonly required: number; readonly most: number; readonly names?: readonly string[] },
): Given {
  const { required, most, names = [] } = shape;
  for (const keyword of keywords.keys()) {
    if (!names.includes(keyword)) throw typeError(`${name}() got an unexpected keyword argument '${keyword}'`);
  }
  if (args.length > most) throw typeError(tooMany(name, most, args.length));
  if (args.length + keywords.size < required) {
    const bound = required === most ? '' : 'at least ';
    throw typeError(`${name} expected ${bound}${required} argument${required === 1 ? '' : 's'}, got ${args.length}`);
  }
  return {
    at: (index, fallback = null, keyword = '') => {
      const value = index < args.length ? args[index] : keywords.get(keyword);
      return value === undefined ? fallback : value;
    },
    named: (keyword) => keywords.get(keyword),
  };
}

function tooMany(name: string, most: number, got: number): string {
  return most === 0
    ? `${name}() takes no arguments (${got} given)`
    : `${name} expected at most ${most} argument${most === 1 ? '' : 's'}, got ${got}`;
}

/** A position or count. @throws Raised TypeError */
export function indexNumber(value: Value): number {
  const number = numeric(value);
  if (typeof number !== 'bigint') throw typeError(`'${typeOf(value)}' object cannot be interpreted as an integer`);
  return Number(number);
}
