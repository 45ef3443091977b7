import { expect, test } from 'vitest';
import { localTime } from './local-time.ts';

test.each([
  ['2026-11-22T10:00:00.5+00:00', 'Europe/Amsterdam', '2026-11-22T11:00:00.500+01:00'],
  ['2026-07-01T10:00:00+00:00', 'Europe/Amsterdam', '2026-07-01T12:00:00.000+02:00'],
  ['2026-10-25T00:59:59Z', 'Europe/Amsterdam', '2026-10-25T02:59:59.000+02:00'],
  ['2026-10-25T01:00:00Z', 'Europe/Amsterdam', '2026-10-25T02:00:00.000+01:00'],
  ['2026-01-01T00:00:00Z', 'America/St_Johns', '2025-12-31T20:30:00.000-03:30'],
  ['2026-01-01T00:00:00Z', 'Asia/Kathmandu', '2026-01-01T05:45:00.000+05:45'],
  ['2026-01-01T00:00:00Z', 'Europe/London', '2026-01-01T00:00:00.000+00:00'],
])('%s in %s is %s, asked once or again', (iso, timeZone, local) => {
  expect([localTime(iso, timeZone), localTime(iso, timeZone)]).toEqual([local, local]);
});

test('what is no time stays as it is', () => {
  expect(localTime('unknown', 'Europe/Amsterdam')).toBe('unknown');
});
