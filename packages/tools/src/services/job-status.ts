import { Fault } from '@hub/core/fault.ts';
import type { JobView } from '@hub/jobs/port.ts';

/** How far a job is, in the words of a device command: `failed` is also one of which nobody knows. */
export function statusOf({ state }: JobView): 'completed' | 'pending' | 'failed' {
  if (state === 'done') return 'completed';
  return state === 'failed' || state === 'cancelled' || state === 'unknown' ? 'failed' : 'pending';
}

/** Long work that handed out its job as `operation_id`. */
export function jobRow(job: JobView) {
  const { id, kind, state, progress, result, error } = job;
  const stage = error?.message ?? progress?.message;
  return {
    job_id: id,
    action: kind,
    message: `${kind} is ${state}${stage === undefined ? '' : `: ${stage}`}`,
    details: { result: result ?? null, note: 'ha_get_job tells more of it.' },
  };
}

/** @throws Fault for a job that failed; `outcomeUnknown` when nobody can tell */
export function assertNotFailed(job: JobView): void {
  if (statusOf(job) !== 'failed') return;
  throw new Fault('SERVICE_CALL_FAILED', job.error?.message ?? `The job ended as ${job.state}.`, {
    suggestion: job.error?.suggestions ?? [],
    context: { operation_id: job.id, job_id: job.id, status: job.state },
    outcomeUnknown: job.state === 'unknown',
  });
}
