import type { JobView } from '@hub/jobs/port.ts';
import type { ToolContext } from '../define.ts';
import { outcomeOf } from '../shared/follow-job.ts';

const FOLLOW_MS = 25_000;

/** What a run over many homes came to, or how to ask for it later. @throws Fault as the job failed */
export async function followFleet({ jobs, progress }: ToolContext, { id }: JobView) {
  const job = await jobs.follow(id, FOLLOW_MS, ({ progress: at }) => {
    if (at) progress(at.done, at.total, at.message);
  });
  const ended = outcomeOf(job);
  if (!('result' in ended)) return { ...ended };
  return { success: true as const, job_id: ended.jobId, ...(ended.result as Record<string, unknown>) };
}
