import { expect, test } from 'vitest';
import { nextTick } from './next-tick.ts';

test('ticks go by the clock of the zone, over both changes of the clock', () => {
  const next = (after: string) => nextTick('30 3 * * *', 'Europe/Berlin', new Date(after))?.toISOString();
  expect(next('2026-03-28T12:00:00Z')).toBe('2026-03-29T01:30:00.000Z');
  expect(next('2026-10-24T12:00:00Z')).toBe('2026-10-25T02:30:00.000Z');
  expect(nextTick('99 3 * * *', 'UTC', new Date())).toBeUndefined();
});
