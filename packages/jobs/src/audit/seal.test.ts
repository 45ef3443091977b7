import { viewOf } from '@hub/ha/testing/view-of.ts';
import { expect, test } from 'vitest';
import { contextOf, noRecords, type Said, stepOf } from '../testing/job-context.ts';
import { job } from './seal.ts';

const home = viewOf({});

test('hours are sealed until none is left, and counted', async () => {
  const said: Said[] = [];
  const left = [500, 12, 0];
  const records = { ...noRecords, sealAudit: async () => left.shift() ?? 0 };
  expect(await job.run({}, { ...contextOf(home, said), records })).toEqual({ hours_sealed: 512 });
  expect(said.map(({ message }) => message)).toEqual(['500 hours sealed', '512 hours sealed']);
});

test('one that was cut short goes on', async () => {
  expect(await (await stepOf(job, {}, home)).observe({})).toEqual({ is: 'not_done' });
});
