import { applyDiff, type EntitiesEvent, expandState, readEntitiesEvent } from './compressed-state.ts';
import type { Home, Subscription } from './home.ts';
import type { EntityState } from './records.ts';
import type { StateListener } from './view.ts';

/** Measured on 100 homes of 500 entities: 590 bytes of heap per state with its attributes. */
const BYTES_PER_STATE = 700;

export interface MirroredStates {
  read(): Promise<ReadonlyMap<string, EntityState>>;
  watch(listener: StateListener): Disposable;
  readonly isWatched: boolean;
  readonly byteSize: number;
  drop(): void;
}

interface Loaded {
  readonly map: Map<string, EntityState>;
  readonly subscription: Promise<Subscription>;
  /** Resolves once the map holds everything; anew after each reconnect. */
  ready: Promise<ReadonlyMap<string, EntityState>>;
}

export function createMirroredStates(home: Home): MirroredStates {
  const listeners = new Set<StateListener>();
  let loaded: Loaded | undefined;

  const tell: StateListener = (entityId, state) => {
    for (const listener of listeners) listener(entityId, state);
  };

  function load(): Loaded {
    const map = new Map<string, EntityState>();
    let full = Promise.withResolvers<ReadonlyMap<string, EntityState>>();
    let isFull = false;
    const onEvent = (event: unknown) => {
      const read = readEntitiesEvent(event);
      if (!read) return;
      if (!isFull) forgetMissing(map, read, tell);
      isFull = true;
      applyEvent(map, read, tell);
      full.resolve(map);
    };
    const onRenewed = () => {
      isFull = false;
      full = Promise.withResolvers();
      one.ready = full.promise;
    };
    const subscription = home.subscribe({ type: 'subscribe_entities' }, onEvent, {
      onRenewed,
      onEnded: () => forget(one),
    });
    const one: Loaded = { map, subscription, ready: subscription.then(() => full.promise) };
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
      return loaded.ready;
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

/** The first event after (re)subscribing holds every entity there is: what it lacks has left. */
function forgetMissing(map: Map<string, EntityState>, { added }: EntitiesEvent, tell: StateListener): void {
  for (const entityId of map.keys()) {
    if (Object.hasOwn(added, entityId)) continue;
    map.delete(entityId);
    tell(entityId, undefined);
  }
}

function applyEvent(map: Map<string, EntityState>, { added, changed, removed }: EntitiesEvent, tell: StateListener) {
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
