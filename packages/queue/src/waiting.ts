import { setTimeout as delay } from 'node:timers/promises';

/**
 * The promise's own end; once the signal is aborted, at most `letGoMs` more are waited for it.
 * @throws the signal's reason when the promise did not let go.
 */
export async function settleWithin<T>(work: Promise<T>, signal: AbortSignal, letGoMs: number): Promise<T> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    timer = setTimeout(() => reject(signal.reason), letGoMs);
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

/** Tries again on a passing trouble, 250 ms apart, until `ms` are over. @throws the last error, or at once one that will not pass */
export async function tryUntil<T>(
  ms: number,
  isPassing: (error: unknown) => boolean,
  work: () => Promise<T>,
): Promise<T> {
  const endMs = performance.now() + ms;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error) || performance.now() > endMs) throw error;
    }
    await delay(250);
  }
}
