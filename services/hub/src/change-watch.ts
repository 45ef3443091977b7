import { setTimeout as delay } from 'node:timers/promises';
import { type Change, latestChangeCursor, readChangesSince } from '@hub/db/changes.ts';
import type { Database } from '@hub/db/database.ts';
import type { Log } from '@hub/runtime/log.ts';

const LOOK_EVERY_MS = 1_000;

export interface ChangeWatchDeps {
  readonly db: Database;
  readonly log: Log;
  readonly signal: AbortSignal;
  onChanges(changes: readonly Change[]): Promise<void>;
  /** Nothing could be read for a while: whatever is cached may be stale. */
  onBlind(forMs: number): void;
}

export interface ChangeWatch {
  /** Looks now, e.g. right after a change of our own; resolves when its changes were acted on. */
  look(): Promise<void>;
  readonly blindForMs: number;
}

/** Reads what changed in the database each second, so that every replica acts on it. */
export async function watchChanges({ db, log, signal, onChanges, onBlind }: ChangeWatchDeps): Promise<ChangeWatch> {
  let cursor = await latestChangeCursor(db);
  let seenAt = performance.now();
  let looking: Promise<void> = Promise.resolve();

  async function lookOnce(): Promise<void> {
    try {
      const { changes, cursor: next } = await readChangesSince(db, cursor);
      if (changes.length > 0) await onChanges(changes);
      cursor = next;
      seenAt = performance.now();
    } catch (error) {
      const blindForMs = performance.now() - seenAt;
      log.warn({ err: error, blindForMs }, 'changes could not be read');
      onBlind(blindForMs);
    }
  }

  function look(): Promise<void> {
    looking = looking.then(lookOnce);
    return looking;
  }

  void (async () => {
    while (!signal.aborted) {
      await delay(LOOK_EVERY_MS, undefined, { ref: false, signal }).catch(() => undefined);
      if (!signal.aborted) await look();
    }
  })();

  return {
    look,
    get blindForMs() {
      return performance.now() - seenAt;
    },
  };
}
