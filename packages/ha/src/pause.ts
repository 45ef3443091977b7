import { Fault } from '@hub/core/fault.ts';

/** The promise, or a Fault when `signal` aborts or `deadlineMs` pass first; the promise itself goes on. */
export function within<T>(
  promise: Promise<T>,
  deadlineMs: number,
  signal: AbortSignal | undefined,
  late: () => Fault,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => settle(() => reject(late())), deadlineMs);
    const onAbort = () => settle(() => reject(cancelled(signal)));
    const settle = (act: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      act();
    };
    // Also when nobody waits any more: a rejection that no one hears ends the process.
    promise.then(
      (value) => settle(() => resolve(value)),
      (error) => settle(() => reject(error)),
    );
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
}

export function cancelled(signal: AbortSignal | undefined): Fault {
  return signal?.reason instanceof Fault
    ? signal.reason
    : new Fault('CANCELLED', 'The call was cancelled.', { cause: signal?.reason });
}
