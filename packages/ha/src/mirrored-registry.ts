import { Fault } from '@hub/core/fault.ts';
import type { Home, Subscription } from './home.ts';
import { isRecord } from './selector.ts';

/** A registry row takes about this much heap. */
const BYTES_PER_ROW = 900;

export interface MirroredRegistry<T> {
  read(): Promise<ReadonlyMap<string, T>>;
  readonly byteSize: number;
  drop(): void;
}

/**
 * One registry, read whole and read again after its `…_registry_updated` event. A change that lands while a list is on its way
 * makes that list stale at once. Source: HA `config/<kind>_registry/list`.
 */
export function createMirroredRegistry<T>(
  home: Home,
  kind: 'entity' | 'device' | 'area' | 'floor' | 'label',
  keyOf: (row: T) => string,
): MirroredRegistry<T> {
  let listening: Promise<Subscription> | undefined;
  let loading: Promise<ReadonlyMap<string, T>> | undefined;
  let size = 0;

  const invalidate = () => {
    loading = undefined;
  };

  function listen(): Promise<Subscription> {
    if (listening) return listening;
    const onEnded = () => {
      invalidate();
      if (listening === opening) listening = undefined;
    };
    const command = { type: 'subscribe_events', event_type: `${kind}_registry_updated` };
    const opening = home.subscribe(command, invalidate, { onRenewed: invalidate, onEnded });
    listening = opening;
    opening.catch(onEnded);
    return opening;
  }

  async function load(): Promise<ReadonlyMap<string, T>> {
    await listen();
    const rows = await home.send({ type: `config/${kind}_registry/list` }, { isWrite: false });
    if (!Array.isArray(rows)) {
      throw new Fault('SERVICE_CALL_FAILED', `The home gave no list of its ${kind} registry.`, {
        suggestion: 'Retry.',
      });
    }
    // Home Assistant's own records, in its own spelling (records.ts), kept as they came: a copy would take twice the heap.
    const map = new Map(rows.filter(isRecord).map((row) => [keyOf(row as T), row as T]));
    size = map.size;
    return map;
  }

  return {
    read() {
      if (loading) return loading;
      const one = load();
      loading = one;
      one.catch(() => {
        if (loading === one) loading = undefined;
      });
      return one;
    },
    get byteSize() {
      return loading ? size * BYTES_PER_ROW : 0;
    },
    drop() {
      loading = undefined;
      listening?.then(
        (subscription) => subscription.close(),
        () => undefined,
      );
      listening = undefined;
    },
  };
}
