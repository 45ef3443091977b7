import { pause } from '@hub/core/pause.ts';
import { applyDiff, expandState, readEntitiesEvent } from './compressed-state.ts';
import type { Home } from './home.ts';
import type { EntityState } from './records.ts';
import { type Update, updateOf } from './updates.ts';

/** Looks at least this often whether anything still goes on; what happens is told at once. */
const KNOCK_MS = 5_000;

export interface UpdateWatch extends AsyncDisposable {
  /** Undefined while it is not there, as while Home Assistant starts. */
  now(): Update | undefined;
  /** installed: `version` is seen to run · quiet: linked, and nothing is being installed · late: time is up, it may go on. */
  untilInstalled(
    version: string,
    options: { readonly patienceMs: number; readonly deadlineMs: number },
  ): Promise<WatchEnd>;
}

export type WatchEnd = 'installed' | 'quiet' | 'late';

/** Follows one update entity, over restarts of its home as well. @throws Fault when it cannot be followed */
export async function watchUpdate(
  home: Home,
  entityId: string,
  { signal, onChange }: { readonly signal: AbortSignal; onChange?(update: Update): void },
): Promise<UpdateWatch> {
  let state: EntityState | undefined;
  let wake = Promise.withResolvers<void>();
  const now = () => (state ? updateOf(state, undefined) : undefined);
  const first = Promise.withResolvers<void>();

  const take = (event: unknown) => {
    const read = readEntitiesEvent(event);
    if (!read) return;
    const { [entityId]: added } = read.added;
    const { [entityId]: changed } = read.changed;
    if (added !== undefined) state = expandState(entityId, added);
    if (changed !== undefined && state) state = applyDiff(state, changed);
    if (read.removed.includes(entityId)) state = undefined;
    first.resolve();
    const update = now();
    if (update) onChange?.(update);
    wake.resolve();
  };
  const onRenewed = () => {
    state = undefined;
  };
  const command = { type: 'subscribe_entities', entity_ids: [entityId] };
  const subscription = await home.subscribe(command, take, { signal, onRenewed, onEnded: () => wake.resolve() });
  await Promise.race([first.promise, pause(KNOCK_MS, signal)]);

  async function nextChange(ms: number): Promise<void> {
    const seen = wake.promise;
    await Promise.race([seen, pause(ms, signal)]);
    signal.throwIfAborted();
    wake = Promise.withResolvers();
  }

  /** Linked, there, and nothing is being installed. */
  function isQuiet(): boolean {
    const update = now();
    return home.info.state === 'running' && update !== undefined && !update.isInProgress;
  }

  /** A link dials by itself more and more seldom; asking whether the home is ready makes it dial now. */
  function knock(): void {
    if (home.info.state !== 'running') home.ready({ signal, deadlineMs: KNOCK_MS }).catch(() => undefined);
  }

  return {
    now,
    async untilInstalled(version, { patienceMs, deadlineMs }) {
      const startedMs = performance.now();
      let busyMs = startedMs;
      for (;;) {
        const update = now();
        if (update && isInstalled(update, version)) return 'installed';
        const atMs = performance.now();
        if (!isQuiet()) busyMs = atMs;
        if (atMs - busyMs >= patienceMs) return 'quiet';
        if (atMs - startedMs >= deadlineMs) return 'late';
        knock();
        await nextChange(Math.min(busyMs + patienceMs - atMs, KNOCK_MS));
      }
    },
    [Symbol.asyncDispose]: () => subscription.close(),
  };
}

function isInstalled({ installedVersion, isInProgress }: Update, wanted: string | null): boolean {
  return !isInProgress && installedVersion !== null && installedVersion === wanted;
}
