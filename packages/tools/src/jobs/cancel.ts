import { z } from 'zod';
import { defineTool } from '../define.ts';
import { successShape } from '../shared/parameters.ts';
import { jobNotFound } from './job-not-found.ts';
import { jobRow, jobShape } from './job-row.ts';

/** A running job lets go within a second or two. */
const LET_GO_MS = 8_000;

export const tool = defineTool({
  name: 'ha_cancel_job',
  title: 'Cancel Job',
  docs: 'Ends a job of this connector: one that waits never begins; of one that runs, nothing more is sent, but what the home has begun (a download, a backup, a restart) it finishes. Look with ha_get_job first. It undoes nothing.',
  tags: ['System'],
  scope: 'connector',
  // Its own jobs alone: one that only reads may be begun with no more, and for all others the gate asks for control (`endingJobs`).
  effect: { lowest: 'read', max: 'control', of: () => 'read' },
  idempotent: true,
  input: z.strictObject({ job_id: z.string() }),
  output: z.strictObject({ ...successShape, ...jobShape, message: z.string() }),
  items: ({ job_id: id }) => [{ kind: 'job', id }],
  async run({ job_id: id }, { jobs, homes }) {
    const before = await jobs.get(id.trim());
    if (!before) throw jobNotFound(id);
    const asked = before.finishedAt ? before : ((await jobs.cancel(before.id)) ?? before);
    const job = asked.finishedAt ? asked : await jobs.follow(asked.id, LET_GO_MS);
    return {
      success: true as const,
      ...jobRow(job, await homes.list()),
      message: messageOf(before.finishedAt !== undefined, job.state),
    };
  },
});

function messageOf(hadEnded: boolean, state: string): string {
  if (hadEnded) return `It had ended before, as ${state}. Nothing was changed.`;
  if (state === 'cancelled') return 'It is cancelled. What the home had begun by then it may still finish.';
  return `It was asked to end and is ${state}. Look again with ha_get_job.`;
}
