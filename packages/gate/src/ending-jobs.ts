import type { Effect } from '@hub/core/effect.ts';
import type { JobsPort } from '@hub/jobs/port.ts';

/** Who may begin a job may end it: one that reads is ended with reading, any other with control. */
export function endingJobs(jobs: JobsPort, allowed: (effect: Effect) => Promise<void>): JobsPort {
  return {
    ...jobs,
    async cancel(jobId) {
      const job = await jobs.get(jobId);
      if (job && job.effect !== 'read') await allowed('control');
      return jobs.cancel(jobId);
    },
  };
}
