import { setTimeout as delay } from 'node:timers/promises';

/** Waits, shorter once the signal is aborted: then it just resolves. Keeps no process alive. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { ref: false, signal }).catch(() => undefined);
}
