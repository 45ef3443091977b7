import { Overrun, Raised } from './refusal.ts';
import { fixedText, floatText, str } from './text.ts';
import { charge, numeric, type Run, typeError, typeOf, type Value } from './values.ts';

interface Spec {
  readonly fill: string;
  readonly align: string;
  readonly sign: string;
  readonly isAlternate: boolean;
  readonly width: number;
  readonly grouping: string;
  readonly precision: number | undefined;
  readonly type: string;
}

const SPEC = /^(?:(.)?([<>=^]))?([-+ ])?z?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/su;

function parseSpec(text: string, value: Value): Spec {
  const match = SPEC.exec(text);
  if (match === null)
    throw new Raised('ValueError', `Invalid format specifier '${text}' for object of type '${typeOf(value)}'`);
  const [, fill, align, sign, alternate, zero, width, grouping, precision, type] = match;
  return {
    fill: fill ?? (zero === undefined ? ' ' : '0'),
    align: align ?? (zero === undefined ? '' : '='),
    sign: sign ?? '-',
    isAlternate: alternate !== undefined,
    width: Number(width ?? 0),
    grouping: grouping ?? '',
    precision: precision === undefined ? undefined : Number(precision),
    type: type ?? '',
  };
}

/** `format(value, spec)` as in an f-string. @throws Raised ValueError for a spec that does not fit the value */
export function formatValue(run: Run, value: Value, spec: string): string {
  if (spec === '') return str(run, value);
  const parsed = parseSpec(spec, value);
  charge(run, parsed.width);
  const number = numeric(value);
  if (number !== undefined) return formatNumber(number, parsed, value);
  if (typeof value !== 'string') throw typeError(`unsupported format string passed to ${typeOf(value)}.__format__`);
  if (!['', 's'].includes(parsed.type)) throw unknownCode(parsed, value);
  const text = [...str(run, value)].slice(0, parsed.precision).join('');
  return pad(text, '', parsed, '<');
}

function unknownCode(spec: Spec, value: Value): Raised {
  return new Raised('ValueError', `Unknown format code '${spec.type}' for object of type '${typeOf(value)}'`);
}

function pad(text: string, sign: string, spec: Spec, usual: string): string {
  const missing = Math.max(0, spec.width - [...text].length - sign.length);
  const align = spec.align === '' || (spec.align === '=' && usual === '<') ? usual : spec.align;
  if (align === '=') return sign + spec.fill.repeat(missing) + text;
  const before = { '<': 0, '>': missing, '^': Math.floor(missing / 2) }[align] ?? 0;
  return spec.fill.repeat(before) + sign + text + spec.fill.repeat(missing - before);
}

const RADIX: Readonly<Record<string, number>> = { b: 2, o: 8, x: 16, X: 16 };

function formatNumber(number: bigint | number, spec: Spec, value: Value): string {
  const isNegative = number < 0 || Object.is(number, -0);
  const sign = isNegative ? '-' : spec.sign.replace('-', '');
  const size = isNegative ? -number : number;
  const isWhole = typeof size === 'bigint' && ['', 'd', 'n', 'c', ...Object.keys(RADIX)].includes(spec.type);
  const text = isWhole ? wholeText(size, spec) : realText(Number(size), spec, value);
  return pad(text, sign, spec, '>');
}

function wholeText(size: bigint, spec: Spec): string {
  if (spec.precision !== undefined) throw new Raised('ValueError', 'Precision not allowed in integer format specifier');
  if (spec.type === 'c') return String.fromCodePoint(Math.min(Number(size), 0x10ffff));
  const radix = RADIX[spec.type];
  if (radix === undefined) return group(size.toString(), spec, 3);
  const digits = group(size.toString(radix), spec, 4);
  const text = spec.isAlternate ? `0${spec.type}${digits}` : digits;
  return spec.type === 'X' ? text.toUpperCase() : text;
}

function group(digits: string, spec: Spec, every: number): string {
  if (spec.grouping === '') return digits;
  const [whole = '', ...rest] = digits.split('.');
  const parts: string[] = [];
  for (let end = whole.length; end > 0; end -= every) parts.unshift(whole.slice(Math.max(0, end - every), end));
  return [parts.join(spec.grouping), ...rest].join('.');
}

function realText(size: number, spec: Spec, value: Value): string {
  if (!'eEfFgG%'.includes(spec.type)) throw unknownCode(spec, value);
  if (!Number.isFinite(size)) return floatText(size);
  const digits = spec.precision ?? 6;
  if (digits > 400) throw new Overrun('it formats a number with more than 400 places');
  const text = realDigits(size, spec, digits);
  return group(spec.type === 'E' || spec.type === 'G' ? text.toUpperCase() : text, spec, 3);
}

function realDigits(size: number, spec: Spec, digits: number): string {
  const type = spec.type.toLowerCase();
  if (type === 'f') return fixedText(size, digits);
  if (type === '%') return `${fixedText(size * 100, digits)}%`;
  if (type === 'e') return exponentText(size.toExponential(Math.min(digits, 100)));
  if (type === '' && spec.precision === undefined) return floatText(size);
  return generalText(size, Math.min(Math.max(digits, 1), 100), type === '');
}

function exponentText(text: string): string {
  const [digits = '', exponent = ''] = text.split('e');
  return `${digits}e${exponent.charAt(0)}${exponent.slice(1).padStart(2, '0')}`;
}

/** `g`: significant digits, without trailing zeros; the form without a type keeps one place after the point. */
function generalText(size: number, digits: number, keepsPoint: boolean): string {
  const exponent = size === 0 ? 0 : Number(size.toExponential(digits - 1).split('e')[1]);
  const trim = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
  // The form without a type keeps a digit after the point, which counts among the significant ones.
  if (exponent < -4 || exponent >= digits - Number(keepsPoint)) {
    const [mantissa = '', rest = ''] = size.toExponential(digits - 1).split('e');
    return exponentText(`${trim(mantissa)}e${rest}`);
  }
  const text = trim(fixedText(size, digits - 1 - exponent));
  return keepsPoint && !text.includes('.') ? `${text}.0` : text;
}
