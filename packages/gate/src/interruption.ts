import { Fault } from '@hub/core/fault.ts';
import { untilAborted } from './call-signal.ts';
import type { Run } from './run.ts';

/** How long a tool may take before the caller gets TIMEOUT_OPERATION; long work hands over to a job well before. */
export const CALL_DEADLINE_MS = 120_000;

/** Before anything was sent: an interruption here is no doubt about the home. */
export async function beforeTheEnd<T>(run: Run, work: () => Promise<T>): Promise<T> {
  try {
    return await untilAborted(run.limit.signal, work());
  } catch (error) {
    throw interruption(error, run, false);
  }
}

/** An abort is told as what it was: the client went away, or time ran out. */
export function interruption(error: unknown, { request, limit }: Run, outcomeUnknown: boolean): unknown {
  if (error instanceof Fault) return error;
  if (request.signal.aborted)
    return new Fault('CANCELLED', 'The call was cancelled by the client.', { outcomeUnknown, cause: error });
  if (!limit.isLate) return error;
  return new Fault('TIMEOUT_OPERATION', `The call took longer than ${CALL_DEADLINE_MS / 1000} s.`, {
    suggestion: outcomeUnknown
      ? 'Read the state again before repeating it: what was sent may still take effect.'
      : 'Ask for less, or try again when the home is less busy.',
    outcomeUnknown,
    cause: error,
  });
}
