import type { JobsPort } from '@hub/jobs/port.ts';

/**
 * The jobs of a call whose client takes a task for an answer: its own job, when it has a late answer, is followed for `afterMs` at
 * most; what then goes on is handed over.
 */
export function handingOver(
  jobs: JobsPort,
  call: { readonly tool: string; readonly afterMs: number; onHandOver(jobId: string): void },
): JobsPort {
  return {
    ...jobs,
    async follow(jobId, waitMs, onProgress) {
      const isOwn = (await jobs.get(jobId))?.call?.tool === call.tool;
      if (!isOwn) return jobs.follow(jobId, waitMs, onProgress);
      const job = await jobs.follow(jobId, Math.min(waitMs, call.afterMs), onProgress);
      if (!job.finishedAt) call.onHandOver(jobId);
      return job;
    },
  };
}
