import { Fault } from '@hub/core/fault.ts';
import type { Command, Home } from './home.ts';
import type { WaitOptions } from './wait-for.ts';

/**
 * True once `look` says so: asked now, and again whenever the subscription tells news. False when time is up, the signal
 * aborts, or the home cannot tell (too old, or its link broke): the write before it stands, unproven. Never polls.
 */
export async function waitForPush(
  home: Home,
  command: Command,
  look: () => Promise<boolean>,
  { deadlineMs, signal }: WaitOptions,
): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const giveUp = () => resolve(false);
  const onError = (error: unknown) => (error instanceof Fault ? giveUp() : reject(error));
  const check = () =>
    look().then((isThere) => {
      if (isThere) resolve(true);
      return isThere;
    }, onError);

  const timer = setTimeout(giveUp, deadlineMs);
  signal?.addEventListener('abort', giveUp, { once: true });
  if (signal?.aborted) giveUp();
  let listening: ReturnType<Home['subscribe']> | undefined;
  try {
    if (await check()) return true;
    listening = home.subscribe(command, () => void check());
    // What came between the first look and the subscription is told to nobody.
    listening.then(check, onError);
    return await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
    listening?.then(
      (subscription) => subscription.close(),
      () => undefined,
    );
  }
}
