import { Fault } from '@hub/core/fault.ts';
import { applyDiff, type EntitiesEvent, expandState, readEntitiesEvent } from './compressed-state.ts';
import type { Home, Subscription } from './home.ts';
import { within } from './pause.ts';
import type { EntityState } from './records.ts';
import type { StateListener } from './view.ts';

/** Measured on 100 homes of 500 entities: 590 bytes of heap per state with its attributes. */
const BYTES_PER_STATE = 700;
/** How long a home that took the subscription may keep its first event back. */
const FIRST_EVENT_MS = 30_000;

export interface MirroredStates {
  /** @throws Fault CONNECTION_TIMEOUT when the home took the subscription and tells nothing, or whatever it answered */
  read(): Promise<ReadonlyMap<string, EntityState>>;
  watch(listener: StateListener): Disposable;
  readonly isWatched: boolean;
  readonly byteSize: number;
  drop(): void;
}

interface Loaded {
  readonly map: Map<string, EntityState>;
  readonly subscription: Promise<Subscription>;
  /** The map holds everything. */
  isFull: boolean;
  /** Resolves once it does; anew after each reconnect. */
  ready: Promise<ReadonlyMap<string, EntityState>>;
}

export function createMirroredStates(home: Home, firstEventMs = FIRST_EVENT_MS): MirroredStates {
  const listeners = new Set<StateListener>();
  let loaded: Loaded | undefined;

  const tell: StateListener = (entityId, state) => {
    for (const listener of listeners) listener(entityId, state);
  };

  function load(): Loaded {
    const map = new Map<string, EntityState>();
    let full = Promise.withResolvers<ReadonlyMap<string, EntityState>>();
    const onEvent = (event: unknown) => {
      const read = readEntitiesEvent(event);
      if (!read) return;
      if (!one.isFull) forgetMissing(map, read, tell);
      one.isFull = true;
      applyEvent(map, read, tell);
      full.resolve(map);
    };
    const onRenewed = () => {
      one.isFull = false;
      const interrupted = full;
      full = Promise.withResolvers();
      // Whoever still waits for the first picture gets the one after the reconnect.
      interrupted.resolve(full.promise);
      one.ready = full.promise;
    };
    const subscription = home.subscribe({ type: 'subscribe_entities' }, onEvent, {
      onRenewed,
      onEnded: () => forget(one),
    });
    const one: Loaded = { map, subscription, isFull: false, ready: subscription.then(() => full.promise) };
    return one;
  }

  function forget(one: Loaded): void {
    if (loaded === one) loaded = undefined;
    one.subscription.then(
      (subscription) => subscription.close(),
      () => undefined,
    );
  }

  return {
    read() {
      if (!loaded) {
        const one = load();
        loaded = one;
        one.ready.catch(() => forget(one));
      }
      const one = loaded;
      if (one.isFull) return one.ready;
      return within(one.ready, firstEventMs, undefined, noFirstEvent).catch((error: unknown) => {
        forget(one);
        throw error;
      });
    },
    watch(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    get isWatched() {
      return listeners.size > 0;
    },
    get byteSize() {
      return (loaded?.map.size ?? 0) * BYTES_PER_STATE;
    },
    drop() {
      if (loaded) forget(loaded);
    },
  };
}

function noFirstEvent(): Fault {
  return new Fault('CONNECTION_TIMEOUT', 'The home does not tell its states.', {
    suggestion: 'Retry; when it stays, restart Home Assistant.',
  });
}

/** The first event after (re)subscribing holds every entity there is: what it lacks has left. */
function forgetMissing(map: Map<string, EntityState>, { added }: EntitiesEvent, tell: StateListener): void {
  for (const entityId of map.keys()) {
    if (Object.hasOwn(added, entityId)) continue;
    map.delete(entityId);
    tell(entityId, undefined);
  }
}

/** Brings the map up to what the event tells; `tell` hears of each entity. */
export function applyEvent(
  map: Map<string, EntityState>,
  { added, changed, removed }: EntitiesEvent,
  tell: StateListener,
) {
  const put = (entityId: string, state: EntityState | undefined) => {
    if (!state) return;
    map.set(entityId, state);
    tell(entityId, state);
  };
  for (const [entityId, state] of Object.entries(added)) put(entityId, expandState(entityId, state));
  for (const [entityId, diff] of Object.entries(changed)) {
    const old = map.get(entityId);
    if (old) put(entityId, applyDiff(old, diff));
  }
  for (const entityId of removed) {
    if (typeof entityId !== 'string' || !map.delete(entityId)) continue;
    tell(entityId, undefined);
  }
}
