import type { EntityState } from './records.ts';
import type { View } from './view.ts';

export interface WaitOptions {
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** The state that satisfies `isProof`, now or by an event; undefined when time is up or the signal aborts. Never polls. */
export async function waitForState(
  view: View,
  entityId: string,
  isProof: (state: EntityState | undefined) => boolean,
  options: WaitOptions,
): Promise<EntityState | undefined> {
  const seen = await waitFor(
    view,
    (id, state) => id === entityId && state !== undefined && isProof(state),
    (states) => {
      const state = states.get(entityId);
      return state !== undefined && isProof(state) ? state : undefined;
    },
    options,
  );
  return seen;
}

/** The first entity whose state satisfies `isWanted`, now or by an event. */
export function waitForEntity(
  view: View,
  isWanted: (state: EntityState) => boolean,
  options: WaitOptions,
): Promise<EntityState | undefined> {
  return waitFor(
    view,
    (_id, state) => state !== undefined && isWanted(state),
    (states) => [...states.values()].find(isWanted),
    options,
  );
}

/** True once the entity has left. */
export async function waitForGone(view: View, entityId: string, { deadlineMs, signal }: WaitOptions): Promise<boolean> {
  if (!(await view.states()).has(entityId)) return true;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  using _watching = view.watch((id, state) => {
    if (id === entityId && state === undefined) resolve(true);
  });
  using _timer = timer(deadlineMs, signal, () => resolve(false));
  return await promise;
}

async function waitFor(
  view: View,
  isHit: (entityId: string, state: EntityState | undefined) => boolean,
  now: (states: ReadonlyMap<string, EntityState>) => EntityState | undefined,
  { deadlineMs, signal }: WaitOptions,
): Promise<EntityState | undefined> {
  const already = now(await view.states());
  if (already) return already;
  const { promise, resolve } = Promise.withResolvers<EntityState | undefined>();
  using _watching = view.watch((entityId, state) => {
    if (isHit(entityId, state)) resolve(state);
  });
  using _timer = timer(deadlineMs, signal, () => resolve(undefined));
  return await promise;
}

function timer(deadlineMs: number, signal: AbortSignal | undefined, onEnd: () => void): Disposable {
  const timeout = setTimeout(onEnd, deadlineMs);
  signal?.addEventListener('abort', onEnd, { once: true });
  if (signal?.aborted) onEnd();
  return {
    [Symbol.dispose]() {
      clearTimeout(timeout);
      signal?.removeEventListener('abort', onEnd);
    },
  };
}
