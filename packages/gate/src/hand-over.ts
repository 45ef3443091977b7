import type { JobsPort } from '@hub/jobs/port.ts';

/**
 * The jobs of a call whose client takes a task for an answer: its own job, when it has a late answer, is followed for `afterMs` at
 * most; what then goes on is handed over.
 */
export function handingOver(
  jobs: JobsPort,
  call: { readonly tool: string; readonly afterMs: number; onHandOver(jobId: string): void },
): JobsPort {
  /** One that an earlier call began answers that call, and is a part of this one's answer. */
  const parts = new Set<string>();
  return {
    ...jobs,
    async start(kind, args, options) {
      const job = await jobs.start(kind, args, options);
      if (options?.told === undefined) parts.add(job.id);
      return job;
    },
    async follow(jobId, waitMs, onProgress) {
      const isOwn = !parts.has(jobId) && (await jobs.get(jobId))?.call?.tool === call.tool;
      if (!isOwn) return jobs.follow(jobId, waitMs, onProgress);
      const job = await jobs.follow(jobId, Math.min(waitMs, call.afterMs), onProgress);
      if (!job.finishedAt) call.onHandOver(jobId);
      return job;
    },
  };
}
