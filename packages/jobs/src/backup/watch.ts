import { type BackupEvent, type BackupInfo, readBackupInfo, subscribeBackupEvents } from '@hub/ha/backups.ts';
import type { JobContext } from '../define.ts';
import { backupProgress } from './progress.ts';

/** Milliseconds without an event after which the manager is asked: a home that went away is noticed, and no slot is held for it. */
const SILENCE_MS = 60_000;

export interface BackupWatch extends AsyncDisposable {
  /** Resolves when the manager has nothing to do, with what it then knows. Events wake, `backup/info` is the truth. @throws Fault; the signal's reason */
  untilIdle(): Promise<BackupInfo>;
}

/** Watches the home's backup manager and reports how far it is. */
export async function watchBackups({ home, signal, progress }: JobContext): Promise<BackupWatch> {
  let wake = Promise.withResolvers<void>();
  let isIdle = true;
  let latest = { percent: 0, message: '' };
  let toldPercent = 0;

  const subscription = await subscribeBackupEvents(
    home,
    (event: BackupEvent) => {
      const reached = backupProgress(event);
      if (reached && reached.percent > latest.percent) latest = reached;
      isIdle ||= event.manager_state === 'idle';
      wake.resolve();
    },
    { signal },
  );

  async function tell(): Promise<void> {
    if (latest.percent === toldPercent) return;
    toldPercent = latest.percent;
    await progress(latest.percent, 100, latest.message);
  }

  return {
    async untilIdle() {
      isIdle = true;
      for (;;) {
        wake = Promise.withResolvers();
        if (isIdle) {
          isIdle = false;
          const info = await readBackupInfo(home, { signal });
          if (info.state === 'idle') return info;
        }
        await tell();
        if (!(await within(wake.promise, SILENCE_MS, signal))) isIdle = true;
      }
    },
    [Symbol.asyncDispose]: () => subscription.close(),
  };
}

/** True when the event came, false after `ms`. @throws the signal's reason */
async function within(event: Promise<void>, ms: number, signal: AbortSignal): Promise<boolean> {
  signal.throwIfAborted();
  const over = Promise.withResolvers<boolean>();
  const onAbort = (): void => over.reject(signal.reason);
  const timer = setTimeout(() => over.resolve(false), ms);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([event.then(() => true), over.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
