import { expect, it } from 'vitest';
import { createHeldJobs, heldJob } from '../testing/held-jobs.ts';
import { runTool } from '../testing/run-tool.ts';
import { createToolContext } from '../testing/tool-context.ts';
import { tool } from './cancel.ts';

const jobs = createHeldJobs([heldJob('a'), heldJob('b', { state: 'done', finishedAt: new Date() })]);
const cancel = (job_id: string) => runTool(tool, { job_id }, createToolContext({ jobs }));

it('ends a job, says what it cannot stop, and leaves one that ended as it is', async () => {
  expect(await cancel('a')).toMatchObject({
    status: 'cancelled',
    message: expect.stringContaining('may still finish'),
  });
  expect(await cancel('b')).toMatchObject({ status: 'done', message: expect.stringContaining('had ended before') });
  await expect(cancel('c')).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
});
