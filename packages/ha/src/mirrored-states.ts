import type { z } from 'zod';
import { applyDiff, entitiesEventSchema, expandState } from './compressed-state.ts';
import type { Home, Subscription } from './home.ts';
import type { EntityState } from './records.ts';
import type { StateListener } from './view.ts';

/** A state record with its attributes takes about this much heap. */
const BYTES_PER_STATE = 1_500;

export interface MirroredStates {
  read(): Promise<ReadonlyMap<string, EntityState>>;
  watch(listener: StateListener): Disposable;
  readonly isWatched: boolean;
  readonly byteSize: number;
  drop(): void;
}

interface Loaded {
  readonly map: Map<string, EntityState>;
  readonly ready: Promise<ReadonlyMap<string, EntityState>>;
  readonly subscription: Promise<Subscription>;
}

export function createMirroredStates(home: Home): MirroredStates {
  const listeners = new Set<StateListener>();
  let loaded: Loaded | undefined;

  const tell: StateListener = (entityId, state) => {
    for (const listener of listeners) listener(entityId, state);
  };

  function load(): Loaded {
    const map = new Map<string, EntityState>();
    const { promise: first, resolve: onFirst } = Promise.withResolvers<void>();
    let isFull = false;
    const onEvent = (event: unknown) => {
      const parsed = entitiesEventSchema.safeParse(event);
      if (!parsed.success) return;
      if (!isFull) forgetMissing(map, parsed.data, tell);
      isFull = true;
      applyEvent(map, parsed.data, tell);
      onFirst();
    };
    const onRenewed = () => {
      isFull = false;
    };
    const subscription = home.subscribe({ type: 'subscribe_entities' }, onEvent, { onRenewed });
    const ready = subscription.then(() => first).then(() => map);
    return { map, ready, subscription };
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

type EntitiesEvent = z.infer<typeof entitiesEventSchema>;

/** The first event after (re)subscribing holds every entity there is: what it lacks has left. */
function forgetMissing(map: Map<string, EntityState>, { a = {} }: EntitiesEvent, tell: StateListener): void {
  for (const entityId of map.keys()) {
    if (entityId in a) continue;
    map.delete(entityId);
    tell(entityId, undefined);
  }
}

function applyEvent(
  map: Map<string, EntityState>,
  { a = {}, c = {}, r = [] }: EntitiesEvent,
  tell: StateListener,
): void {
  const put = (entityId: string, state: EntityState) => {
    map.set(entityId, state);
    tell(entityId, state);
  };
  for (const [entityId, state] of Object.entries(a)) put(entityId, expandState(entityId, state));
  for (const [entityId, diff] of Object.entries(c)) {
    const old = map.get(entityId);
    if (old) put(entityId, applyDiff(old, diff));
  }
  for (const entityId of r) {
    map.delete(entityId);
    tell(entityId, undefined);
  }
}
