import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expiredBackups } from './retention.ts';

const backup = (madeAt: string) => ({ id: madeAt, madeAt: new Date(madeAt) });

test('the newest, the newest of each day and of each week stay', () => {
  const backups = [
    '2026-11-29T03:00Z',
    '2026-11-29T01:00Z',
    '2026-11-28T03:00Z',
    '2026-11-28T01:00Z',
    '2026-11-27T03:00Z',
    // The week before ends with a Sunday.
    '2026-11-22T03:00Z',
    '2026-11-21T03:00Z',
    '2026-11-10T03:00Z',
  ].map(backup);
  const ids = expiredBackups(backups, { last: 1, daily: 2, weekly: 3 }).map(({ id }) => id);
  expect(ids).toEqual(['2026-11-29T01:00Z', '2026-11-28T01:00Z', '2026-11-27T03:00Z', '2026-11-21T03:00Z']);
});

test('the newest stays under any rules, and nothing is asked twice', () => {
  const rule = fc.integer({ min: 0, max: 5 });
  const rules = fc.record({ last: rule, daily: rule, weekly: rule });
  const times = fc.uniqueArray(fc.integer({ min: 0, max: 100 }), { minLength: 1 });
  fc.assert(
    fc.property(times, rules, (days, keep) => {
      const backups = days.map((day) => ({ id: `${day}`, madeAt: new Date(day * 43_200_000) }));
      const gone = new Set(expiredBackups(backups, keep).map(({ id }) => id));
      expect(gone.has(`${Math.max(...days)}`)).toBe(false);
      const left = backups.filter(({ id }) => !gone.has(id));
      expect(left.length).toBeLessThanOrEqual(Math.max(1, keep.last) + keep.daily + keep.weekly);
      expect(expiredBackups(left, keep)).toEqual([]);
    }),
  );
});
