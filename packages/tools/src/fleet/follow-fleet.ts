import type { JobView } from '@hub/jobs/port.ts';
import { z } from 'zod';
import { type EndedJob, lateAnswer, type ToolContext } from '../define.ts';
import { outcomeOf } from '../shared/follow-job.ts';

const FOLLOW_MS = 25_000;

/** What a run over many homes came to, or how to ask for it later. @throws Fault as the job failed */
export async function followFleet({ jobs, progress }: ToolContext, { id }: JobView) {
  const job = await jobs.follow(id, FOLLOW_MS, ({ progress: at }) => {
    if (at) progress(at.done, at.total, at.message);
  });
  const ended = outcomeOf(job);
  return 'result' in ended ? ran.answer(ended) : { ...ended };
}

export const ran = lateAnswer({
  told: z.object({}),
  answer: ({ jobId, result }: EndedJob) => ({
    success: true as const,
    job_id: jobId,
    ...(result as Record<string, unknown>),
  }),
});
