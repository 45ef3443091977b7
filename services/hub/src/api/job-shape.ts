import type { JobRecord } from '@hub/db/job-record.ts';
import { JOB_STATES } from '@hub/jobs/port.ts';
import { z } from 'zod';
import { actorShape } from './edit-shape.ts';
import { id, line, notBefore, when } from './field-shapes.ts';

export const jobShape = z
  .object({
    id,
    kind: z.string(),
    state: z.enum(JOB_STATES).describe('unknown: an act whose outcome could not be learnt.'),
    homeId: id.optional(),
    home: z.string().optional().describe('Slug; missing when the home was removed.'),
    progress: z.object({ done: z.number(), total: z.number().optional(), message: z.string() }).optional(),
    result: z.unknown().optional(),
    error: z.object({ code: z.string(), message: z.string(), suggestions: z.array(z.string()) }).optional(),
    attempt: z.number().int(),
    isCancelRequested: z.boolean(),
    actor: actorShape,
    createdAt: when,
    beginsAt: when.optional().describe('Of a queued job that is not due yet.'),
    startedAt: when.optional(),
    finishedAt: when.optional(),
  })
  .meta({ id: 'Job' });

/** The answer of a route that starts a job; false where an unfinished one was given instead. */
export const startedShape = z.object({ job: jobShape, isNew: z.boolean() });

export type JobAnswer = z.output<typeof jobShape>;

/** A request without a body asks for the usual. */
export const newBackup = z.preprocess(
  (body) => body ?? {},
  z.strictObject({
    name: line(100).optional().describe('Made up when missing.'),
    includeDatabase: z.boolean().default(true).describe('History and statistics.'),
    includeApps: z.boolean().default(true).describe('All apps with their data, where the home has a Supervisor.'),
    notBefore,
  }),
);

export function jobAnswer(job: JobRecord, home: string | undefined): JobAnswer {
  const { id: jobId, kind, state, homeId, progress, result, error, attempt, isCancelRequested } = job;
  return {
    ...{ id: jobId, kind, state, homeId, home, progress, result, attempt, isCancelRequested },
    error: error && { ...error, suggestions: [...error.suggestions] },
    actor: { kind: job.actorKind, id: job.actorId },
    createdAt: job.createdAt.toISOString(),
    beginsAt: job.beginsAt?.toISOString(),
    startedAt: job.startedAt?.toISOString(),
    finishedAt: job.finishedAt?.toISOString(),
  };
}
