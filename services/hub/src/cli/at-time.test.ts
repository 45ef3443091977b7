import { expect, test } from 'vitest';
import { atTime } from './at-time.ts';
import { UsageError } from './failure.ts';

const NOW = Date.parse('2026-11-29T23:00:00Z');
const at = (text: string, timeZone = 'Europe/Berlin', now = NOW) => new Date(atTime(text, timeZone, now)).toISOString();

test.each([
  // Midnight has passed there.
  ['02:30', 'Europe/Berlin', '2026-11-30T01:30:00.000Z'],
  ['0:00', 'Europe/Berlin', '2026-11-30T23:00:00.000Z'],
  ['02:30', 'America/New_York', '2026-11-30T07:30:00.000Z'],
  ['18:30', 'America/New_York', '2026-11-29T23:30:00.000Z'],
  ['2026-12-01T02:30', 'Europe/Berlin', '2026-12-01T01:30:00.000Z'],
  ['2026-12-01 02:30:15', 'Asia/Kolkata', '2026-11-30T21:00:15.000Z'],
  ['2026-12-01T02:30Z', 'Europe/Berlin', '2026-12-01T02:30:00.000Z'],
  ['2026-12-01T02:30-05:00', 'Europe/Berlin', '2026-12-01T07:30:00.000Z'],
  ['+2h', 'Europe/Berlin', '2026-11-30T01:00:00.000Z'],
  ['+90m', 'UTC', '2026-11-30T00:30:00.000Z'],
])('%s in %s is %s', (text, timeZone, moment) => {
  expect(at(text, timeZone)).toBe(moment);
});

test('a clock that is set forward over the time begins then, one that is set back the first time', () => {
  const [march, october] = [Date.parse('2026-03-28T22:00:00Z'), Date.parse('2026-10-24T22:00:00Z')];
  expect(at('02:30', 'Europe/Berlin', march)).toBe('2026-03-29T01:00:00.000Z');
  expect(at('2026-03-29T02:30:59', 'Europe/Berlin', march)).toBe('2026-03-29T01:00:00.000Z');
  expect(at('02:30', 'Europe/Berlin', october)).toBe('2026-10-25T00:30:00.000Z');
});

test.each([
  '25:00',
  '02:60',
  'tonight',
  '2026-02-30T02:30',
  '2026-12-01',
  '2026-12-01T25:00',
  '2026-12-01T02:30+99:00',
  '+2y',
  '+',
])('%s is no time', (text) => {
  expect(() => atTime(text, 'UTC', NOW)).toThrow(UsageError);
});

test.each([
  ['2026-11-29T23:58Z', 'is in the past'],
  ['2020-01-01T00:00', 'is in the past'],
  ['+31d', 'is more than 30 days away'],
  ['+5w', 'is more than 30 days away'],
])('%s is refused by its own name', (text, why) => {
  expect(() => atTime(text, 'UTC', NOW + 3_600_000)).toThrow(new UsageError(`--at ${text} ${why}`));
});

test('a moment that has only just passed is now', () => {
  expect(at('2026-11-29T23:00Z', 'UTC', NOW + 30_000)).toBe('2026-11-29T23:00:00.000Z');
});
