import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '@hub/core/fault.ts';
import { pause } from '@hub/core/pause.ts';
import { type Change, latestChangeCursor, readChangesSince } from '@hub/db/changes.ts';
import type { Database } from '@hub/db/database.ts';
import type { Log } from '@hub/runtime/log.ts';

/** With the database away, known connectors go on reading and controlling this long; what must be stored is refused at once. */
export const BLIND_AFTER_MS = 5 * 60_000;
const LOOK_EVERY_MS = 1_000;
/** A database that hangs gives no answer at all, not even an error. */
const ANSWER_MS = 4_000;

export interface ChangeWatchDeps {
  readonly db: Database;
  readonly log: Log;
  readonly signal: AbortSignal;
  onChanges(changes: readonly Change[]): Promise<void>;
  /** Nothing could be read for a while: whatever is cached may be stale. */
  onBlind(forMs: number): void;
  /** How long one look may take; 4 s unless told. */
  readonly answerMs?: number;
}

export interface ChangeWatch {
  /** Looks now, e.g. right after a change of our own; resolves when its changes were acted on. */
  look(): Promise<void>;
  readonly blindForMs: number;
}

/** Reads what changed in the database each second, so that every replica acts on it. */
export async function watchChanges(deps: ChangeWatchDeps): Promise<ChangeWatch> {
  const { db, log, signal, onChanges, onBlind, answerMs = ANSWER_MS } = deps;
  let cursor = await latestChangeCursor(db);
  let seenAt = performance.now();
  let looking: Promise<void> = Promise.resolve();
  /** Asked for and not begun: whoever asks meanwhile is served by it. */
  let next: Promise<void> | undefined;

  let asked: ReturnType<typeof readChangesSince> | undefined;
  let actedOn: ReadonlySet<number> = new Set();

  /** One question at a time, so that a database that hangs is not also run out of connections. */
  async function read(): ReturnType<typeof readChangesSince> {
    asked ??= readChangesSince(db, cursor).finally(() => {
      asked = undefined;
    });
    const timer = new AbortController();
    const late = delay(answerMs, undefined, { ref: false, signal: timer.signal }).then(() => {
      throw new Fault('STORAGE_UNAVAILABLE', `The database did not answer within ${answerMs} ms.`);
    });
    return Promise.race([asked, late]).finally(() => timer.abort());
  }

  async function lookOnce(): Promise<void> {
    try {
      const { changes, cursor: next } = await read();
      // While any older transaction is open a change is told again with each look; a link is not to be reopened each second.
      const fresh = changes.filter(({ id }) => !actedOn.has(id));
      if (fresh.length > 0) await onChanges(fresh);
      actedOn = new Set(changes.map(({ id }) => id));
      cursor = next;
      seenAt = performance.now();
    } catch (error) {
      const blindForMs = performance.now() - seenAt;
      log.warn({ err: error, blindForMs }, 'changes could not be read');
      onBlind(blindForMs);
    }
  }

  function look(): Promise<void> {
    next ??= looking.then(() => {
      next = undefined;
      return lookOnce();
    });
    looking = next;
    return next;
  }

  void (async () => {
    while (!signal.aborted) {
      await pause(LOOK_EVERY_MS, signal);
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
