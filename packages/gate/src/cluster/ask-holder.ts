import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '@hub/core/fault.ts';
import { type PeerClient, PeerUnreachable } from '@hub/runtime/peer.ts';
import type { Place, Places } from './places.ts';
import { watchLease } from './watch-lease.ts';

export interface HolderQuestion {
  readonly homeId: string;
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
  /** May be sent again when its answer was lost: it only reads. */
  readonly isRepeatable: boolean;
  /** What is sent was read from already: it cannot be sent again from its beginning. */
  readonly isSpent?: () => boolean;
}

/**
 * Sends it once. The signal ends the wait; it is over when this resolves. @throws PeerUnreachable when nothing was sent |
 * Fault the holder's own | anything else when the answer was lost
 */
export type Ask<T> = (place: Place, signal: AbortSignal) => Promise<T | typeof NOT_HELD>;

export interface AskDeps {
  readonly places: Places;
  readonly peers: Pick<PeerClient, 'send' | 'line'>;
}

/** Status of an answer by a replica that does not have the home. */
export const NOT_HELD = 421;

const TRY_AGAIN_MS = 250;

/**
 * Puts a question to the replica that holds a home, wherever it is by now. Resolves with its answer, or with `here` when this
 * replica turned out to be the holder. What was sent once is sent again only if it may be repeated; a question that never left
 * is asked anew until `deadlineMs`.
 * @throws Fault CONNECTION_FAILED | CONNECTION_TIMEOUT, with `outcomeUnknown` when it left and may not be repeated | STORAGE_UNAVAILABLE
 */
export async function askHolder<T>(places: Places, question: HolderQuestion, ask: Ask<T>): Promise<T | 'here'> {
  const { homeId, signal, deadlineMs } = question;
  const until = performance.now() + deadlineMs;
  for (;;) {
    const leftMs = until - performance.now();
    if (signal?.aborted) throw reasonOf(signal);
    if (leftMs <= 0) throw unreachable();
    const place = await places.locate(homeId);
    if (place === 'here') return 'here';
    const outcome = await askOnce(places, question, ask, place, leftMs);
    if ('answer' in outcome) return outcome.answer;
    await places.missed(homeId, place, outcome.missed);
    if (question.isSpent?.()) throw halfRead();
    await delay(TRY_AGAIN_MS, undefined, { ...(signal && { signal }) }).catch(() => undefined);
  }
}

type Outcome<T> = { readonly answer: T } | { readonly missed: 'refused' | 'silent' | 'not_held' };

async function askOnce<T>(
  places: Places,
  { homeId, signal, isRepeatable }: HolderQuestion,
  ask: Ask<T>,
  place: Place,
  leftMs: number,
): Promise<Outcome<T>> {
  using watch = watchHolder(places, place, leftMs, signal);
  try {
    const answer = await ask(place, watch.signal);
    return answer === NOT_HELD ? { missed: 'not_held' } : { answer };
  } catch (error) {
    if (error instanceof Fault) throw error;
    if (signal?.aborted) throw reasonOf(signal, !isRepeatable);
    if (error instanceof PeerUnreachable) {
      if (error.why !== 'stranger') return { missed: error.why };
      // The address of one that is gone may be another's by now: the next question looks it up.
      await places.missed(homeId, place, 'silent');
      throw stranger(place, error);
    }
    if (isRepeatable && !watch.isLate) return { missed: 'silent' };
    throw lostAnswer(!isRepeatable, error);
  }
}

/** Ends the wait for a holder that died without a word, at the end of its lease; and any wait at the deadline. */
function watchHolder(
  places: Places,
  place: Place,
  leftMs: number,
  signal: AbortSignal | undefined,
): Disposable & { readonly signal: AbortSignal; readonly isLate: boolean } {
  const ending = new AbortController();
  let isLate = false;
  const late = setTimeout(() => {
    isLate = true;
    ending.abort(new Error('no answer in time'));
  }, leftMs);
  const lease = watchLease(places, place, () => ending.abort(new Error('the holder is gone')));
  const onAbort = () => ending.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  return {
    signal: ending.signal,
    get isLate() {
      return isLate;
    },
    [Symbol.dispose]() {
      clearTimeout(late);
      lease[Symbol.dispose]();
      signal?.removeEventListener('abort', onAbort);
    },
  };
}

function reasonOf(signal: AbortSignal, outcomeUnknown = false): Fault {
  if (signal.reason instanceof Fault && !outcomeUnknown) return signal.reason;
  return new Fault('CANCELLED', 'The call was cancelled.', { outcomeUnknown, cause: signal.reason });
}

function unreachable(): Fault {
  return new Fault('CONNECTION_TIMEOUT', "The replica that holds this home's link could not be reached.", {
    suggestion: 'Nothing was sent. Retry in some seconds.',
  });
}

/** What was read from a stream is gone: sent again it would arrive without its beginning. */
function halfRead(): Fault {
  return new Fault('CONNECTION_FAILED', 'The link of this home moved while a file was on its way to it.', {
    suggestion: 'Nothing was given to the home. Send the file again.',
  });
}

function stranger({ address }: Place, cause: unknown): Fault {
  return new Fault('CONNECTION_FAILED', 'Another replica of the hub does not know the key of this one.', {
    suggestion: `Start all replicas with the same HUB_KEYS; the one at ${address} has others.`,
    cause,
  });
}

/** The answer of a holder that went away. */
export function lostAnswer(outcomeUnknown: boolean, cause?: unknown): Fault {
  return new Fault('CONNECTION_FAILED', "The replica that holds this home's link went away amid the call.", {
    suggestion: outcomeUnknown ? 'Look whether it happened before you repeat it.' : 'Retry.',
    outcomeUnknown,
    cause,
  });
}
