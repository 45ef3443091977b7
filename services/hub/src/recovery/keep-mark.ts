import { pause } from '@hub/core/pause.ts';
import type { Database } from '@hub/db/database.ts';
import { type Beat, beatOnce, beginRecovery, readPulse } from '@hub/db/recovery.ts';
import type { Log } from '@hub/runtime/log.ts';
import type { Mark, Marks } from './marks.ts';

const LOOK_EVERY_MS = 1_000;
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
  await isPutBack(db, await marks.read());
}

/**
 * Raises the beat now and then every 5 s, and remembers it. In a database that went on it is never lower than what was remembered:
 * by this hub, looked at each second, as until then it serves what came back; by others, read before each beat, as that may have been
 * out of reach at the start. Resolves when the signal aborts. Never throws.
 */
export async function keepMark({ db, marks, log, signal, onRecovery }: MarkDeps): Promise<void> {
  let own: Mark | undefined;
  let beatAtMs = Number.NEGATIVE_INFINITY;
  while (!signal.aborted) {
    try {
      const isDue = performance.now() - beatAtMs >= BEAT_EVERY_MS;
      const mark = isDue ? higher(own, await marks.read()) : own;
      // Before a beat of ours, which would hide as of when the database is.
      if (await isPutBack(db, mark)) return onRecovery();
      if (isDue) {
        beatAtMs = performance.now();
        const beat = await beatOnce(db, mark && new Date(Date.parse(mark.at) - LOOK_BACK_MS));
        // Put back in the moment before it: the next look finds that it recovers.
        if (mark && beat.beat <= mark.beat) await beginRecovery(db, wentBack(mark));
        else {
          own = markOf(beat, mark);
          await marks.write(own);
        }
      }
    } catch (error) {
      log.debug({ err: error }, 'the beat of the database could not be raised');
    }
    await pause(LOOK_EVERY_MS, signal);
  }
}

/** And nobody has confirmed it. One that is behind what is remembered begins its recovery here. */
async function isPutBack(db: Database, mark: Mark | undefined): Promise<boolean> {
  const { beat, isRecovering } = await readPulse(db);
  const isBehind = mark !== undefined && beat < mark.beat;
  if (isBehind) await beginRecovery(db, wentBack(mark));
  return isBehind || isRecovering;
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
