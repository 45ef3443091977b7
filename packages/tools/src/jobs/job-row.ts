import type { JobView } from '@hub/jobs/port.ts';
import { z } from 'zod';
import type { HomeSummary } from '../define.ts';

export const jobShape = {
  job_id: z.string(),
  kind: z.string(),
  status: z.string(),
  home: z.string().nullable(),
  created_at: z.string(),
  /** Of one that is not due yet. */
  begins_at: z.string().optional(),
  finished_at: z.string().nullable(),
  progress_percent: z.number().nullable().optional(),
  stage: z.string().optional(),
  result: z.unknown().optional(),
  job_error: z.strictObject({ code: z.string(), message: z.string(), suggestions: z.array(z.string()) }).optional(),
};

/** A job in the words of an answer; of one that ended, what it came to. */
export function jobRow(job: JobView, homes: readonly HomeSummary[]) {
  const { progress, error } = job;
  return {
    ...{ job_id: job.id, kind: job.kind, status: job.state },
    home: homes.find(({ id }) => id === job.homeId)?.slug ?? null,
    created_at: job.createdAt.toISOString(),
    ...beginning(job),
    finished_at: job.finishedAt?.toISOString() ?? null,
    ...(progress && !job.finishedAt
      ? {
          progress_percent: progress.total ? Math.round((100 * progress.done) / progress.total) : null,
          stage: error ? `${progress.message}; ${setback(error)}` : progress.message,
        }
      : {}),
    ...(!progress && error && !job.finishedAt ? { stage: setback(error) } : {}),
    ...(job.state === 'done' ? { result: job.result ?? null } : {}),
    ...(error && job.finishedAt
      ? { job_error: { code: error.code, message: error.message, suggestions: [...(error.suggestions ?? [])] } }
      : {}),
  };
}

function beginning({ beginsAt }: JobView): { readonly begins_at?: string } {
  return beginsAt ? { begins_at: beginsAt.toISOString() } : {};
}

/** What stopped the last attempt of a job that is tried again. */
function setback({ message }: NonNullable<JobView['error']>): string {
  return `it is tried again after: ${message}`;
}
