import { Fault } from '@hub/core/fault.ts';
import { pause } from '@hub/core/pause.ts';
import type { Home } from '@hub/ha/home.ts';
import { untilRecovered } from '@hub/ha/until-recovered.ts';
import { readVitals, type Vitals } from '@hub/ha/vitals.ts';
import { ZodError } from 'zod';
import type { JobContext } from '../define.ts';
import { isAway } from '../is-away.ts';
import { absentOf, compare, type HomeAfter, notSeen } from './compare.ts';

const MINUTE_MS = 60_000;
/** A reboot and a database upgrade on a slow disk. */
const BACK_MS = 15 * MINUTE_MS;
/** What integrations and radios take to bring their entities back, after a restart and without one. */
const SETTLE_AFTER_RESTART_MS = 5 * MINUTE_MS;
const SETTLE_MS = MINUTE_MS;
const KNOCK_MS = 5_000;

/** How long the look after it takes at most. */
export const LOOK_AFTER_MS = 2 * BACK_MS + SETTLE_AFTER_RESTART_MS + MINUTE_MS;

/**
 * Does it between two looks at the home, and tells how the home does beside how it did. What fails is told with a word on a home
 * that is worse off since. @throws as `act`
 */
export async function betweenLooks<T extends object>(
  act: () => Promise<T>,
  showsWanted: (result: T) => Promise<boolean | null>,
  context: JobContext,
): Promise<T & { readonly health: HomeAfter }> {
  const before = await lookBefore(context);
  let result: T;
  try {
    result = await act();
  } catch (error) {
    throw await withHomeAfter(error, before, context);
  }
  return { ...result, health: await lookAfter(before, () => showsWanted(result), context) };
}

/** How the home does before something is changed, once: a later attempt is held against the same. @throws Fault */
function lookBefore({ home, signal, step }: JobContext): Promise<Vitals> {
  return step('look before', {
    marker: () => ({}),
    act: () => readVitals(home, { signal }),
    observe: async () => ({ is: 'not_done' }),
  });
}

/**
 * How the home does after it: at once when nothing is missing, else when it came back or had its time. Waits for a home that is
 * away. What keeps anybody from looking is told in the verdict: the change is made, whatever became of the look.
 */
async function lookAfter(
  before: Vitals,
  showsWanted: () => Promise<boolean | null>,
  context: JobContext,
): Promise<HomeAfter> {
  const { signal, progress } = context;
  await progress(99, 100, 'looking at how the home does');
  try {
    const now = await settled(before, context);
    return now ? compare(before, now, await showsWanted()) : notSeen(before, false, 'The home does not answer.');
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof Fault || error instanceof ZodError)) throw error;
    const why = error instanceof Fault ? error.message : 'its answer is not one that is known here.';
    return notSeen(before, context.home.info.state === 'running', `Nobody could look: ${why}`);
  }
}

async function withHomeAfter(error: unknown, before: Vitals, { home, signal }: JobContext): Promise<unknown> {
  if (signal.aborted || !(error instanceof Fault)) return error;
  const now = await readVitals(home, { signal }).catch(() => undefined);
  const because = now ? compare(before, now, null).because : [];
  if (because.length === 0) return error;
  const { code, message, suggestions, context, outcomeUnknown } = error;
  return new Fault(code, `${message} The home is worse than before: ${because.join(' ')}`, {
    ...{ suggestion: suggestions, context, outcomeUnknown, cause: error },
  });
}

/** Undefined for a home that did not come back. */
async function settled(before: Vitals, { home, signal }: JobContext): Promise<Vitals | undefined> {
  let startedMs: number | undefined;
  for (;;) {
    if (!(await untilRunning(home, BACK_MS, signal))) return undefined;
    startedMs ??= performance.now();
    const now = await seen(home, performance.now() < startedMs + SETTLE_AFTER_RESTART_MS, signal);
    if (!now) continue;
    const absent = absentOf(before, now);
    const hasRestarted = now.oldestChangeMs > before.newestChangeMs;
    const endMs = startedMs + (hasRestarted ? SETTLE_AFTER_RESTART_MS : SETTLE_MS);
    const leftMs = endMs - performance.now();
    if (leftMs <= 0 || (absent.unavailable.length === 0 && absent.failed.length === 0)) return now;
    const isBack = await untilRecovered(home, absent, { deadlineMs: leftMs, signal });
    // The line broke, or this home tells of no such changes: then it is looked at again after a while.
    if (!isBack) await pause(Math.max(0, Math.min(KNOCK_MS, endMs - performance.now())), signal);
    signal.throwIfAborted();
  }
}

/** Undefined when the line broke amid the look, as homes restart more than once, and there is time for another. @throws Fault */
async function seen(home: Home, hasTime: boolean, signal: AbortSignal): Promise<Vitals | undefined> {
  try {
    return await readVitals(home, { signal });
  } catch (error) {
    signal.throwIfAborted();
    if (!hasTime || !isAway(error)) throw error;
    await pause(KNOCK_MS, signal);
    return undefined;
  }
}

/** A link dials by itself more and more seldom; asking whether the home is ready makes it dial now. False when time is up. */
async function untilRunning(home: Home, deadlineMs: number, signal: AbortSignal): Promise<boolean> {
  const endMs = performance.now() + deadlineMs;
  for (;;) {
    const isRunning = await home.ready({ signal, deadlineMs: KNOCK_MS }).then(
      () => true,
      (error: unknown) => {
        if (error instanceof Fault && error.code !== 'AUTH_INVALID_TOKEN') return false;
        throw error;
      },
    );
    signal.throwIfAborted();
    if (isRunning) return true;
    if (performance.now() >= endMs) return false;
    await pause(KNOCK_MS, signal);
  }
}
