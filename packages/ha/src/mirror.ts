import type { CallOptions, Home } from './home.ts';
import { createMirroredRegistry, type MirroredRegistry } from './mirrored-registry.ts';
import { createMirroredStates } from './mirrored-states.ts';
import type { Area, Device, EntityEntry, Floor, Label } from './records.ts';
import type { MirrorReads, StateListener } from './view.ts';

/** A copy of what a home is asked for most, kept true by its events. Each part loads on first use. */
export interface Mirror extends MirrorReads {
  watch(listener: StateListener): Disposable;
  /** An estimate, for the budget over all mirrors. */
  readonly byteSize: number;
  /** `performance.now()` of the last read. */
  readonly usedAt: number;
  /** Forgets everything and stops listening; the next read loads again. */
  drop(): void;
}

const IDLE_MS = 5 * 60_000;
/** How long a read waits for a home that is away, or starts, before it fails. */
const HOME_WAIT: CallOptions = { deadlineMs: 10_000 };

/** @throws Fault (from every read) when the home cannot be reached */
export function createMirror(home: Home, { idleMs = IDLE_MS } = {}): Mirror {
  const states = createMirroredStates(home);
  const registries = {
    entities: createMirroredRegistry<EntityEntry>(home, 'entity', (row) => row.entity_id),
    devices: createMirroredRegistry<Device>(home, 'device', (row) => row.id),
    areas: createMirroredRegistry<Area>(home, 'area', (row) => row.area_id),
    floors: createMirroredRegistry<Floor>(home, 'floor', (row) => row.floor_id),
    labels: createMirroredRegistry<Label>(home, 'label', (row) => row.label_id),
  };
  const parts = [states, ...Object.values(registries)];
  let usedAt = performance.now();
  let idling: NodeJS.Timeout | undefined;

  function drop(): void {
    clearTimeout(idling);
    idling = undefined;
    for (const part of parts) part.drop();
  }

  /** Re-armed rarely: a timer per read would cost more than the read. */
  function armIdle(delayMs: number): void {
    idling = setTimeout(() => {
      const idleForMs = performance.now() - usedAt;
      if (idleForMs >= idleMs && !states.isWatched) drop();
      else armIdle(Math.max(1_000, idleMs - idleForMs));
    }, delayMs);
    idling.unref();
  }

  async function fresh<T>(read: () => Promise<T>): Promise<T> {
    usedAt = performance.now();
    if (!idling) armIdle(idleMs);
    // Silent for 10 s, lost, or still loading: what is known proves nothing about now.
    if (home.info.state !== 'running') await home.ready(HOME_WAIT);
    return read();
  }

  const registry =
    <T>(part: MirroredRegistry<T>) =>
    () =>
      fresh(part.read);
  return {
    states: () => fresh(states.read),
    entities: registry(registries.entities),
    devices: registry(registries.devices),
    areas: registry(registries.areas),
    floors: registry(registries.floors),
    labels: registry(registries.labels),
    watch: states.watch,
    get byteSize() {
      return parts.reduce((sum, part) => sum + part.byteSize, 0);
    },
    get usedAt() {
      return usedAt;
    },
    drop,
  };
}
