import { Fault } from '@hub/core/fault.ts';
import { readEntitiesEvent } from './compressed-state.ts';
import type { Home } from './home.ts';
import { applyEvent } from './mirrored-states.ts';
import type { EntityState } from './records.ts';
import { type FailedEntry, listFailedEntries } from './vitals.ts';
import type { WaitOptions } from './wait-for.ts';
import { waitForPush } from './wait-for-push.ts';

/** What is to come back. */
export interface Absent {
  readonly unavailable: readonly string[];
  readonly failed: readonly FailedEntry[];
}

/**
 * True once those entities are available (or gone) and those integrations set up, told by the home's events. False when time is
 * up, the signal aborts, or the home cannot tell. Never polls.
 */
export async function untilRecovered(
  home: Home,
  { unavailable, failed }: Absent,
  options: WaitOptions,
): Promise<boolean> {
  const waits = [
    ...(unavailable.length > 0 ? [untilAvailable(home, unavailable, options)] : []),
    ...(failed.length > 0 ? [untilSetUp(home, failed, options)] : []),
  ];
  return (await Promise.all(waits)).every((isBack) => isBack);
}

/** Follows these entities alone, over reconnects too. */
async function untilAvailable(home: Home, ids: readonly string[], { deadlineMs, signal }: WaitOptions) {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const states = new Map<string, EntityState>();
  const take = (event: unknown) => {
    const read = readEntitiesEvent(event);
    if (!read) return;
    applyEvent(states, read, () => undefined);
    if ([...states.values()].every(({ state }) => state !== 'unavailable')) resolve(true);
  };
  const giveUp = () => resolve(false);
  const timer = setTimeout(giveUp, deadlineMs);
  signal?.addEventListener('abort', giveUp, { once: true });
  try {
    const subscription = await home.subscribe({ type: 'subscribe_entities', entity_ids: ids }, take, {
      ...(signal ? { signal } : {}),
      onRenewed: () => states.clear(),
      onEnded: giveUp,
    });
    try {
      return await promise;
    } finally {
      await subscription.close();
    }
  } catch (error) {
    if (error instanceof Fault) return false;
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
  }
}

function untilSetUp(home: Home, failed: readonly FailedEntry[], options: WaitOptions): Promise<boolean> {
  const ids = new Set(failed.map(({ entryId }) => entryId));
  const look = async () => {
    const still = await listFailedEntries(home, options.signal ? { signal: options.signal } : {});
    return !still.some(({ entryId }) => ids.has(entryId));
  };
  return waitForPush(home, { type: 'config_entries/subscribe' }, look, options);
}
