import type { Fault } from '@hub/core/fault.ts';
import type { Update } from '@hub/ha/updates.ts';
import { type HomeAfter, homeAfterShape } from '@hub/jobs/health/compare.ts';
import { z } from 'zod';
import type { StillRunning } from '../shared/follow-job.ts';
import { healthWarning } from '../shared/with-health.ts';

export const resultShape = z.strictObject({
  entity_id: z.string(),
  success: z.boolean(),
  status: z.enum(['installed', 'in_progress', 'unknown', 'skipped', 'cleared', 'failed']),
  installed_version: z.string().nullable().optional(),
  latest_version: z.string().nullable().optional(),
  job_id: z.string().optional(),
  progress_percent: z.number().nullable().optional(),
  /** Of the home, made before it. */
  backup_id: z.string().optional(),
  health: homeAfterShape.optional(),
  warning: z.string().optional(),
  error: z.strictObject({ code: z.string(), message: z.string() }).optional(),
});

export type Result = z.infer<typeof resultShape>;

/** What is remembered of one while it is installed. */
export type Meant = Pick<Update, 'entityId' | 'installedVersion' | 'latestVersion'>;

export function installedRow(
  { entityId, latestVersion }: Meant,
  health: HomeAfter | undefined,
  backupId: string | undefined,
): Result {
  const warnings = health ? healthWarning(health) : [];
  return {
    ...{ entity_id: entityId, success: true, status: 'installed' },
    ...{ installed_version: latestVersion, latest_version: latestVersion },
    ...(backupId === undefined ? {} : { backup_id: backupId }),
    ...(health ? { health } : {}),
    ...(warnings.length > 0 ? { warning: warnings.join(' ') } : {}),
  };
}

export function goesOn({ entityId, installedVersion, latestVersion }: Meant, job: StillRunning): Result {
  return {
    entity_id: entityId,
    success: true,
    status: 'in_progress',
    installed_version: installedVersion,
    latest_version: latestVersion,
    ...{ job_id: job.job_id, progress_percent: job.progress_percent },
  };
}

export function notDone(update: Meant, fault: Fault): Result {
  const { code, message, context, outcomeUnknown } = fault;
  if (!outcomeUnknown) return failed(update.entityId, code, message);
  const { job_id: jobId } = context;
  return unknown(update, { code, message }, typeof jobId === 'string' ? jobId : undefined);
}

/** The home took it, or its link broke, and nobody saw the end: no failure, and no success either. */
export function unknown(
  { entityId, installedVersion, latestVersion }: Meant,
  error: NonNullable<Result['error']>,
  jobId: string | undefined,
): Result {
  return {
    entity_id: entityId,
    success: true,
    status: 'unknown',
    installed_version: installedVersion,
    latest_version: latestVersion,
    ...(jobId === undefined ? {} : { job_id: jobId }),
    error,
  };
}

export function failed(entityId: string, code: string, message: string): Result {
  return { entity_id: entityId, success: false, status: 'failed', error: { code, message } };
}
