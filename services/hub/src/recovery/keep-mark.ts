import { pause } from '@hub/core/pause.ts';
import type { Database } from '@hub/db/database.ts';
import { type Beat, beatOnce, beginRecovery, readPulse } from '@hub/db/recovery.ts';
import type { Log } from '@hub/runtime/log.ts';
import type { Mark, Marks } from './marks.ts';

const BEAT_EVERY_MS = 5_000;
const ENDED_AT_MOST = 10_000;
/** An end may be committed later than it says. */
const LOOK_BACK_MS = 2 * 60_000;

export interface MarkDeps {
  readonly db: Database;
  readonly marks: Marks;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** The database went back under this hub, or an operator says so: it must not serve on. */
  onRecovery(): void;
}

/** Begins a recovery when the database is behind what is remembered of it. @throws Fault STORAGE_UNAVAILABLE */
export async function noticeRestore(db: Database, marks: Marks): Promise<void> {
  const mark = await marks.read();
  if (mark && (await readPulse(db)).beat < mark.beat) await beginRecovery(db, wentBack(mark));
}

/**
 * Raises the beat now and then every 5 s, and remembers it. What others remembered is read before each beat, which is higher
 * than all of it in a database that went on: it may have been out of reach at the start. Resolves when the signal aborts. Never throws.
 */
export async function keepMark({ db, marks, log, signal, onRecovery }: MarkDeps): Promise<void> {
  let own: Mark | undefined;
  while (!signal.aborted) {
    try {
      const mark = higher(own, await marks.read());
      const beat = await beatOnce(db, mark && new Date(Date.parse(mark.at) - LOOK_BACK_MS));
      const isBehind = mark !== undefined && beat.beat <= mark.beat;
      if (isBehind) await beginRecovery(db, wentBack(mark));
      if (beat.isRecovering || isBehind) return onRecovery();
      own = markOf(beat, mark);
      await marks.write(own);
    } catch (error) {
      log.debug({ err: error }, 'the beat of the database could not be raised');
    }
    await pause(BEAT_EVERY_MS, signal);
  }
}

function higher(own: Mark | undefined, kept: Mark | undefined): Mark | undefined {
  if (!own || !kept) return own ?? kept;
  return { ...(kept.beat > own.beat ? kept : own), ended: [...own.ended, ...kept.ended] };
}

function markOf({ beat, at, ended }: Beat, before: Mark | undefined): Mark {
  const all = [...new Set([...ended, ...(before?.ended ?? [])])].slice(0, ENDED_AT_MOST);
  return { beat, at: at.toISOString(), ended: all };
}

function wentBack({ at }: Mark): string {
  return `The database is older than what was last seen of it (${at}): it was put back from a backup, or lost its end in a failover.`;
}
