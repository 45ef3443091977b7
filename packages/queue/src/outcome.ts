import { Fault } from '@hub/core/fault.ts';
import { cancelledError, type JobError, unknownError } from '@hub/db/job-errors.ts';
import type { InterruptionReason } from './interruption.ts';
import { isTransient, retryDelayMs } from './transient.ts';

/** What becomes of the row after an attempt. */
export type Outcome =
  | { readonly is: 'done'; readonly result: unknown }
  | { readonly is: 'failed' | 'cancelled' | 'unknown'; readonly error: JobError }
  | { readonly is: 'retry'; readonly afterMs: number; readonly error: JobError }
  | { readonly is: 'hand_back' }
  | { readonly is: 'lost' };

export interface Attempt {
  readonly jobId: string;
  readonly attempt: number;
  readonly maxAttempts: number;
  /** The step whose act may be under way at the home, if any. */
  readonly openStep: string | undefined;
  readonly interruption: InterruptionReason | undefined;
}

/** What an attempt that threw leads to. `failed` is said only when no act was left open at the home. */
export function judgeError(error: unknown, attempt: Attempt): Outcome {
  if (attempt.interruption === 'lease_lost') return { is: 'lost' };
  if (attempt.interruption === 'stopping') return { is: 'hand_back' };
  if (attempt.interruption === 'cancelled') return { is: 'cancelled', error: cancelledError(attempt.openStep) };
  const shown = attempt.interruption === 'deadline' ? deadlineFault() : asFault(error, attempt.jobId);
  const isWorthRetrying =
    attempt.interruption === undefined && isTransient(error) && isSettledByLooking(error) && canTryAgain(attempt);
  if (isWorthRetrying) return { is: 'retry', afterMs: retryDelayMs(attempt.attempt), error: toJobError(shown) };
  if (attempt.openStep !== undefined) return { is: 'unknown', error: unknownError(attempt.openStep, shown) };
  return { is: shown.outcomeUnknown ? 'unknown' : 'failed', error: toJobError(shown) };
}

/** A step that may or may not be stored is read by the next attempt, and observed where it stands open. */
function isSettledByLooking({ code, outcomeUnknown }: Fault): boolean {
  return !outcomeUnknown || code === 'STORAGE_UNAVAILABLE';
}

function canTryAgain(attempt: Attempt): boolean {
  return attempt.attempt < attempt.maxAttempts;
}

function deadlineFault(): Fault {
  return new Fault('TIMEOUT_OPERATION', 'the job ran out of time', {
    suggestion: 'look at what the home is busy with, then start the job again',
  });
}

function asFault(error: unknown, jobId: string): Fault {
  if (error instanceof Fault) return error;
  // A bug's own text may hold anything; it belongs into the log alone.
  return new Fault('INTERNAL_UNEXPECTED', 'the job stopped on an internal error', {
    suggestion: `the log of the hub tells more under job ${jobId}`,
    cause: error,
  });
}

function toJobError(fault: Fault): JobError {
  return { code: fault.code, message: fault.message, suggestions: fault.suggestions };
}
