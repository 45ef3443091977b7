import { collect } from './iterate.ts';
import { Overrun, Raised } from './refusal.ts';
import { Callable, Cursor, charge, Dict, type Group, Range, type Run, Tuple, type Value, View } from './values.ts';

/** `str(value)`. */
export function str(run: Run, value: Value): string {
  const text = typeof value === 'string' ? value : repr(run, value);
  charge(run, text.length);
  return text;
}

/** `repr(value)`; a container inside itself shows as `...`. */
export function repr(run: Run, value: Value, inside: readonly Value[] = []): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'bigint') return intText(value);
  if (typeof value === 'number') return floatText(value);
  if (typeof value === 'string') return quote(run, value);
  if (value instanceof Callable)
    return value.typeName === 'type' ? `<class '${value.name}'>` : `<function ${value.name}>`;
  if (value instanceof Cursor) return `<${value.typeName} object>`;
  if (value instanceof Range) {
    return `range(${value.start}, ${value.stop}${value.step === 1 ? '' : `, ${value.step}`})`;
  }
  return containerText(run, value, inside);
}

function containerText(run: Run, value: Value[] | Tuple | Dict | Group | View, inside: readonly Value[]): string {
  const isKnot = inside.includes(value);
  const one = (item: Value) => repr(run, item, [...inside, value]);
  let text: string;
  if (Array.isArray(value)) text = isKnot ? '[...]' : `[${value.map(one).join(', ')}]`;
  else if (value instanceof Tuple) text = `(${value.items.map(one).join(', ')}${value.items.length === 1 ? ',' : ''})`;
  else if (value instanceof Dict) text = isKnot ? '{...}' : dictText(value, one);
  else if (value instanceof View) text = `dict_${value.shows}([${collect(run, value).map(one).join(', ')}])`;
  else text = value.members.size === 0 ? 'set()' : `{${[...value.members.values()].map(one).join(', ')}}`;
  charge(run, text.length);
  return text;
}

function dictText(dict: Dict, one: (item: Value) => string): string {
  return `{${[...dict.entries.values()].map(([key, value]) => `${one(key)}: ${one(value)}`).join(', ')}}`;
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };

function quote(run: Run, text: string): string {
  charge(run, text.length * 2);
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inner = text.replace(/[\\\p{Cc}\p{Zl}\p{Zp}\u00a0\u00ad\p{Cs}]/gu, (char) => {
    const code = char.codePointAt(0) ?? 0;
    return (
      ESCAPES[char] ??
      (code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`)
    );
  });
  return `${mark}${inner.replaceAll(mark, `\\${mark}`)}${mark}`;
}

/** Python refuses to write integers of more than 4,300 digits. */
function intText(value: bigint): string {
  const text = value.toString();
  if (text.length > 4300)
    throw new Raised('ValueError', 'Exceeds the limit (4300 digits) for integer string conversion');
  return text;
}

/** The shortest text that reads back as the same float, always with a point or exponent. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  const [digits = '', exponentText = '0'] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const text = String(value);
  return text.includes('.') ? text : `${text}.0`;
}

/** A float's exact value as numerator and denominator (a power of two). */
function fraction(value: number): readonly [bigint, bigint] {
  let scaled = value;
  let shift = 0n;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    shift += 1n;
  }
  return [BigInt(scaled), 1n << shift];
}

/** `value * 10 ** digits` rounded to an integer, halves to the even one, calculated exactly. */
function roundScaled(value: number, digits: number): bigint {
  const [numerator, denominator] = fraction(value);
  const power = 10n ** BigInt(Math.abs(digits));
  return digits >= 0 ? divideRound(numerator * power, denominator) : divideRound(numerator, denominator * power);
}

export function divideRound(numerator: bigint, denominator: bigint): bigint {
  const isNegative = numerator < 0n;
  const size = isNegative ? -numerator : numerator;
  const quotient = size / denominator;
  const twice = (size % denominator) * 2n;
  const rounded = twice > denominator || (twice === denominator && quotient % 2n === 1n) ? quotient + 1n : quotient;
  return isNegative ? -rounded : rounded;
}

/** `value` with exactly `digits` places. @throws Overrun beyond 400 places */
export function fixedText(value: number, digits: number): string {
  if (digits > 400) throw new Overrun('it formats a number with more than 400 places');
  const scaled = roundScaled(Math.abs(value), digits)
    .toString()
    .padStart(digits + 1, '0');
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  return digits === 0 ? sign + scaled : `${sign}${scaled.slice(0, -digits)}.${scaled.slice(-digits)}`;
}
