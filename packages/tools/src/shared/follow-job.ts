import { Fault } from '@hub/core/fault.ts';
import { FAULT_CODES } from '@hub/core/fault-codes.ts';
import type { JobView, StartOptions } from '@hub/jobs/port.ts';
import type { EndedJob, ToolContext } from '../define.ts';

/** Long enough for what is quick, short enough for clients that give up after half a minute. */
const FOLLOW_MS = 25_000;

/** What a call answers whose work goes on without it. */
export interface StillRunning {
  readonly success: true;
  readonly status: 'queued' | 'running';
  readonly job_id: string;
  readonly operation_id: string;
  readonly progress_percent: number | null;
  readonly stage: string;
  readonly note: string;
}

/**
 * Starts a job and follows it for 25 s: its result when it ended by then, else how to ask again. The same `dedupKey` while one is
 * unfinished is that one. @throws Fault as the job failed; `outcomeUnknown` when nobody can tell
 */
export async function startAndFollow(
  { jobs, progress }: ToolContext,
  kind: string,
  args: unknown,
  { dedupKey, told, waitMs = FOLLOW_MS }: StartOptions & { readonly waitMs?: number },
): Promise<EndedJob | StillRunning> {
  const started = await jobs.start(kind, args, { dedupKey, told });
  const job = await jobs.follow(started.id, waitMs, ({ progress: at }) => {
    if (at) progress(at.done, at.total, at.message);
  });
  return outcomeOf(job);
}

/** How a job stands, for whoever asked for it. @throws Fault as it failed */
export function outcomeOf(job: JobView): EndedJob | StillRunning {
  if (job.state === 'done') return { result: job.result, jobId: job.id, durationS: secondsOf(job) };
  const running = stillRunning(job);
  if (running) return running;
  throw jobFault(job);
}

function secondsOf({ createdAt, finishedAt = createdAt }: JobView): number {
  return Math.round((finishedAt.getTime() - createdAt.getTime()) / 100) / 10;
}

/** Undefined for a job that ended. */
function stillRunning({ id, state, progress }: JobView): StillRunning | undefined {
  if (state !== 'queued' && state !== 'running') return undefined;
  const { done, total, message } = progress ?? { done: 0, total: undefined, message: 'waiting for its turn' };
  return {
    success: true,
    status: state,
    job_id: id,
    operation_id: id,
    progress_percent: total ? Math.round((100 * done) / total) : null,
    stage: message,
    note: `It goes on without you. Ask again with ha_get_job and job_id '${id}'; do not start it again.`,
  };
}

/** How a job failed, for whoever asked for it. */
function jobFault({ id, state, error }: JobView): Fault {
  const code = FAULT_CODES.find((one) => one === error?.code) ?? 'SERVICE_CALL_FAILED';
  const context = { job_id: id, status: state };
  if (state === 'cancelled')
    return new Fault('CANCELLED', error?.message ?? 'The job was cancelled.', {
      context,
      suggestion: error?.suggestions ?? [],
    });
  return new Fault(code, error?.message ?? `The job ended as ${state}.`, {
    suggestion:
      state === 'unknown'
        ? [
            'Whether it happened could not be learnt: look at the home before you start it again.',
            ...(error?.suggestions ?? []),
          ]
        : (error?.suggestions ?? []),
    context,
    outcomeUnknown: state === 'unknown',
  });
}
