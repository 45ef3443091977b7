import { expect, test } from 'vitest';
import { type ScheduleStanding, scheduleTrouble } from './schedule-standing.ts';

const now = new Date('2026-11-20T12:00:00Z');
const at = (hours: number) => new Date(now.getTime() + hours * 3_600_000);
const trouble = (facts: Partial<ScheduleStanding>) =>
  scheduleTrouble(
    {
      ...{ name: 'nightly', kind: 'backup.create', nextAt: at(15), lastState: 'done', lastError: null },
      ...{ lastBeganAt: at(-9), lastGoodAt: at(-8) },
      ...facts,
    },
    now,
  );

test('one that went well, or has not begun yet, is no trouble', () => {
  expect(trouble({})).toBeUndefined();
  expect(trouble({ lastState: null, lastBeganAt: null, lastGoodAt: null })).toBeUndefined();
});

test('what ended badly says why, and when the last good one was', () => {
  expect(trouble({ lastState: 'failed', lastError: 'disk full', lastGoodAt: at(-57) })).toBe(
    'schedule nightly: backup.create of 2026-11-20 failed (disk full); the last good one ended 2026-11-18',
  );
  expect(trouble({ lastState: 'cancelled', lastGoodAt: null })).toContain('was ended; none has ended well yet');
  expect(trouble({ lastState: 'unknown', lastGoodAt: null })).toContain('nobody knows how');
});

test('one that waits for its home is trouble after half a day, and no longer once another went well', () => {
  const waiting = { lastState: 'queued', lastError: 'nobody answers', lastGoodAt: at(-57) };
  expect(trouble(waiting)).toBeUndefined();
  expect(trouble({ ...waiting, lastBeganAt: at(-13) })).toContain('has not ended (nobody answers)');
  expect(trouble({ ...waiting, lastBeganAt: at(-13), lastGoodAt: at(-1) })).toBeUndefined();
});

test('one that is due and cannot be started is trouble', () => {
  expect(trouble({ nextAt: at(-0.2) })).toBeUndefined();
  expect(trouble({ nextAt: at(-1) })).toContain('backup.create could not be started');
});
