import { expect, it } from 'vitest';
import { createHeldJobs, heldJob } from '../testing/held-jobs.ts';
import { runTool } from '../testing/run-tool.ts';
import { createToolContext } from '../testing/tool-context.ts';
import { tool } from './list.ts';

const finishedAt = new Date('2026-11-01T10:05:00Z');
const jobs = createHeldJobs([heldJob('a'), heldJob('b', { state: 'done', finishedAt, result: { big: 'x' } })]);
const list = (args: object) => runTool(tool, args, createToolContext({ jobs }));

it('lists jobs without their results, of one status when asked', async () => {
  const { jobs: rows } = await list({});
  expect(rows.map(({ job_id: id, status }) => [id, status])).toEqual([
    ['a', 'running'],
    ['b', 'done'],
  ]);
  expect(rows[1]).not.toHaveProperty('result');
  expect(await list({ status: 'done' })).toMatchObject({ count: 1 });
  expect(await list({ limit: 1 })).toMatchObject({ count: 1 });
  await expect(list({ status: 'nearly' })).rejects.toThrow();
});
