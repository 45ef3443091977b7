import { expect, test } from 'vitest';
import { parseQuietHours, quietForMs, quietText } from './quiet-hours.ts';

const night = { from: 22 * 60, until: 7 * 60 };
const HOUR_MS = 3_600_000;
const wait = (at: string, quiet = night) => quietForMs(quiet, 'Europe/Berlin', new Date(at));

test('a night is quiet by the clock of its zone, in winter and in summer', () => {
  expect(wait('2026-01-10T21:00:00Z')).toBe(9 * HOUR_MS);
  expect(wait('2026-01-10T20:59:00Z')).toBe(0);
  expect(wait('2026-07-10T20:00:30Z')).toBe(9 * HOUR_MS - 30_000);
  expect(wait('2026-07-10T05:00:00Z')).toBe(0);
});

test('a night in which the clock changes ends when the clock says so, an hour sooner or later', () => {
  expect(wait('2026-03-28T21:00:00Z')).toBe(8 * HOUR_MS);
  expect(wait('2026-10-24T20:00:00Z')).toBe(10 * HOUR_MS);
  // 02:30, both times: quiet hours that end at 02:45.
  const early = { from: 22 * 60, until: 2 * 60 + 45 };
  expect(wait('2026-10-25T00:30:00Z', early)).toBe(HOUR_MS / 4);
});

test('hours within a day are quiet between their ends', () => {
  const noon = { from: 12 * 60, until: 13 * 60 };
  expect([wait('2026-01-10T11:30:00Z', noon), wait('2026-01-10T12:00:00Z', noon)]).toEqual([HOUR_MS / 2, 0]);
});

test('are written as people write them', () => {
  expect(parseQuietHours('22:00-07:00')).toEqual(night);
  expect(quietText(night)).toBe('22:00-07:00');
  expect(parseQuietHours('25:00-07:00')).toBeUndefined();
});
