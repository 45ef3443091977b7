import type { Dice } from './dice.ts';

/** Texts that break parsers, paths, databases, terminals and lookups. */
export const ODD_TEXTS: readonly string[] = [
  '',
  ' ',
  '\u0000',
  'light.\u0000',
  '\ud800',
  'a\udfffb',
  '\u202egnirts',
  '\u001b[31m\u0007',
  '\r\nX-Injected: 1\r\n\r\n',
  'ﷺ😀\u0301\u200d',
  '../../../../etc/passwd',
  '/api/../auth/token',
  '%2e%2e%2f%00',
  "'; drop table home; --",
  '{{ 7 * 7 }}{% for i in range(10**9) %}{% endfor %}',
  '<script>alert(1)</script>',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'null',
  'undefined',
  'NaN',
  'true',
  '1e999',
  '-0',
  '9007199254740993',
  '{"a":',
  '[1,2',
  '{"__proto__":{"polluted":true}}',
  '[[[[[[[[[[]]]]]]]]]]',
  'light.kitchen_ceiling',
  'LIGHT.KITCHEN_CEILING',
  'light.kitchen_ceiling,light.bedside',
  'light.',
  '.light',
  'sensor.does_not_exist',
  'all',
  'none',
  '2026-02-30T25:61:61Z',
  '0000-00-00',
  '-1 day',
  'x'.repeat(300),
  // Half of the sign stands where a summary of 120 characters is cut.
  `${'x'.repeat(119)}😀`,
  `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
  '['.repeat(50_000),
  'é'.repeat(5_000),
];

const NUMBERS: readonly number[] = [
  0,
  -0,
  1,
  -1,
  2,
  0.1,
  100,
  101,
  255,
  256,
  65_536,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 53,
  -(2 ** 53),
  1e21,
  1e308,
  5e-324,
];

export function oddText(dice: Dice): string {
  return dice.pick(ODD_TEXTS);
}

export function oddNumber(dice: Dice): number {
  return dice.pick(NUMBERS);
}

/** Any JSON value, at most a few levels deep. */
export function oddValue(dice: Dice, depth = 0): unknown {
  switch (dice.below(depth > 3 ? 5 : 8)) {
    case 0:
      return null;
    case 1:
      return dice.once(2);
    case 2:
      return oddNumber(dice);
    case 3:
    case 4:
      return oddText(dice);
    case 5:
      return Array.from({ length: dice.below(5) }, () => oddValue(dice, depth + 1));
    default:
      return Object.fromEntries(
        Array.from({ length: dice.below(5) }, () => [oddText(dice), oddValue(dice, depth + 1)]),
      );
  }
}

/** JSON text of brackets in brackets. */
export function nested(depth: number, open: string, close: string): string {
  return open.repeat(depth) + close.repeat(depth);
}
