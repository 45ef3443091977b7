import { Fault } from '@hub/core/fault.ts';
import { FAULT_CODES } from '@hub/core/fault-codes.ts';
import type { JobView } from '@hub/jobs/port.ts';
import { z } from 'zod';
import type { ToolContext } from '../define.ts';

/** A client gives up after a minute or two; most backups without a cloud are done by then. */
const FOLLOW_MS = 60_000;
/** As the job takes it. */
const MAX_NAME = 100;

const resultShape = z.looseObject({
  backup_id: z.string(),
  name: z.string(),
  date: z.string(),
  size_bytes: z.number(),
  failed_agent_ids: z.array(z.string()).optional(),
});

/**
 * Starts a backup as a job and follows it for a minute. Asked again with the same name while it runs, it is the same backup.
 * @throws Fault as the job failed; `outcomeUnknown` when nobody can tell
 */
export async function createSnapshot({ jobs, progress }: ToolContext, given: string | undefined) {
  const name = given?.trim() || undefined;
  if (name !== undefined && name.length > MAX_NAME) {
    throw new Fault('VALIDATION_INVALID_PARAMETER', `\`name\`: longer than ${MAX_NAME} characters.`, {
      suggestion: 'Shorten it.',
      context: { parameter: 'name' },
    });
  }
  const started = await jobs.start(
    'backup.create',
    { ...(name === undefined ? {} : { name }) },
    { dedupKey: `backup.create:${name ?? ''}` },
  );
  const job = await jobs.follow(started.id, FOLLOW_MS, ({ progress: at }) => {
    if (at) progress(at.done, at.total, at.message);
  });
  return answerOf(job);
}

/** A job in the words of an answer. @throws Fault */
export function answerOf(job: JobView) {
  if (job.state === 'done') return finished(job);
  if (job.state === 'failed' || job.state === 'cancelled' || job.state === 'unknown') throw faultOf(job);
  const { done, total, message } = job.progress ?? { done: 0, total: undefined, message: 'waiting for its turn' };
  const percent = total ? Math.round((100 * done) / total) : null;
  return {
    success: true as const,
    status: job.state,
    job_id: job.id,
    operation_id: job.id,
    ...{ progress_percent: percent, stage: message },
    note: `The backup goes on without you. Ask again with action 'list' and backup_id '${job.id}'; do not create another one.`,
  };
}

function finished(job: JobView) {
  const result = resultShape.parse(job.result);
  const failed = result.failed_agent_ids ?? [];
  return {
    success: true as const,
    ...result,
    status: 'completed',
    job_id: job.id,
    note: 'The backup is stored at the home. It is restored in Home Assistant under Settings > System > Backups.',
    ...(failed.length > 0 ? { warnings: [`These places did not take it: ${failed.join(', ')}.`] } : {}),
  };
}

function faultOf({ id, state, error }: JobView): Fault {
  const code = FAULT_CODES.find((one) => one === error?.code);
  const context = { job_id: id, status: state };
  if (state === 'cancelled') return new Fault('CANCELLED', 'The backup was cancelled.', { context });
  return new Fault(code ?? 'SERVICE_CALL_FAILED', error?.message ?? `The backup ended as ${state}.`, {
    suggestion:
      state === 'unknown'
        ? "Whether it was made could not be learnt: look with action 'list' before you create another one."
        : "Look with action 'list' at what there is, and with ha_get_logs source 'system' at what went wrong.",
    context,
    outcomeUnknown: state === 'unknown',
  });
}
