import type { JobView } from '@hub/jobs/port.ts';
import { createHeldJobs, heldJob } from '@hub/tools/testing/held-jobs.ts';
import { expect, it } from 'vitest';
import { handingOver } from './hand-over.ts';

const call = { tool: 'ha_manage_updates', told: { missing: [] } };

/** A queue that gives the job that runs already for one just started. */
function calling(job: JobView) {
  const handedOver: string[] = [];
  const held = { ...createHeldJobs([job]), start: async () => job };
  const about = { tool: call.tool, afterMs: 0, onHandOver: (id: string) => handedOver.push(id) };
  return { jobs: handingOver(held, about), handedOver };
}

it.each([
  ['is handed over', { dedupKey: 'k', told: call.told }, { call }, ['j']],
  ['of several that the call started is not the whole answer', { dedupKey: 'k' }, { call }, []],
  ['of another tool is not', { dedupKey: 'k', told: call.told }, { call: { ...call, tool: 'ha_manage_radio' } }, []],
])('a job that goes on %s', async (_title, options, more, handed) => {
  const { jobs, handedOver } = calling(heldJob('j', more));
  const { id } = await jobs.start('update.install', {}, options);
  await jobs.follow(id, 1);
  expect(handedOver).toEqual(handed);
});

it('a job that was started within the call by another way is handed over', async () => {
  const { jobs, handedOver } = calling(heldJob('j', { call }));
  await jobs.follow('j', 1);
  expect(handedOver).toEqual(['j']);
});
