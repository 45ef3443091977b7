import { Refusal } from './refusal.ts';

const SIMPLE: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** `\n`, `\x41`, `\u00e9`, `\101` as Python reads them; an unknown escape stays as written. @throws Refusal */
export function decodeEscapes(text: string, line: number): string {
  return text.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|(.))/gs,
    (whole: string, x?: string, u?: string, long?: string, octal?: string, other = '') => {
      const hex = x ?? u ?? long;
      const code = hex === undefined ? Number.parseInt(octal ?? '', 8) : Number.parseInt(hex, 16);
      if (code > 0x10ffff || 'xuUN'.includes(other || ' ')) {
        throw new Refusal(`Syntax error: invalid escape ${whole} in a string (line ${line})`);
      }
      return Number.isNaN(code) ? (SIMPLE[other] ?? whole) : String.fromCodePoint(code);
    },
  );
}
