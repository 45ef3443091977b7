import { viewOf } from '@hub/ha/testing/view-of.ts';
import { expect, test } from 'vitest';
import { contextOf, noRecords, stepOf } from '../testing/job-context.ts';
import { job } from './apply.ts';

const DAY_MS = 86_400_000;
const home = viewOf({});
const args = { edits: { maxCount: 5, maxAgeMs: DAY_MS, maxBytes: 1_000 }, auditMaxDays: 400 };

test('edits beyond the limits and audit rows beyond the days go, by the limits the job was given', async () => {
  const asked: unknown[] = [];
  const records = {
    ...noRecords,
    trimEdits: async (limits: unknown) => Number(asked.push(limits)),
    dropAudit: async (before: Date) => Math.round((Date.now() - before.getTime()) / DAY_MS),
  };
  const result = await job.run(args, { ...contextOf(home), records });
  expect(result).toEqual({ edits_removed: 1, audit_rows_removed: 400 });
  expect(asked).toEqual([args.edits]);
});

test('edits that cannot be removed keep no audit rows, and the job fails with their reason', async () => {
  const { signal } = contextOf(home);
  const dropped: unknown[] = [];
  const records = {
    ...noRecords,
    trimEdits: () => Promise.reject(new Error('edits stay')),
    dropAudit: async (_before: Date, given: AbortSignal) => dropped.push(given),
  };
  await expect(job.run(args, { ...contextOf(home), signal, records })).rejects.toThrow('edits stay');
  expect(dropped).toEqual([signal]);
});

test('told to end amid the edits, it begins nothing more', async () => {
  const controller = new AbortController();
  const dropped: unknown[] = [];
  const records = {
    ...noRecords,
    async trimEdits() {
      controller.abort(new Error('told to end'));
      throw controller.signal.reason;
    },
    dropAudit: async (before: Date) => dropped.push(before),
  };
  await expect(job.run(args, { ...contextOf(home), signal: controller.signal, records })).rejects.toThrow(
    'told to end',
  );
  expect(dropped).toEqual([]);
});

test('without limits there is no such job, as nothing may go by chance', () => {
  expect(job.args.safeParse({}).success).toBe(false);
  expect(job.args.safeParse({ ...args, auditMaxDays: 0 }).success).toBe(false);
});

test('one that was cut short goes on', async () => {
  expect(await (await stepOf(job, args, home)).observe({})).toEqual({ is: 'not_done' });
});
