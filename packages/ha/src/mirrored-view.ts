import type { Home } from './home.ts';
import type { Mirror } from './mirror.ts';
import type { EntityEntry, EntityState } from './records.ts';
import type { View } from './view.ts';
import { visibleMap } from './visible-map.ts';

/** What a connector may know of a home's entities. */
export interface EntityRules {
  isVisible(entityId: string, entry: EntityEntry | undefined): boolean;
}

type Reads = Pick<View, 'states' | 'entities' | 'devices' | 'areas' | 'floors' | 'labels' | 'watch'>;

/** The home as one connector sees it. Without rules everything is visible and reads are the mirror's own. */
export function createView(home: Home, mirror: Mirror, rules?: EntityRules): View {
  const reads = rules ? restrict(mirror, rules) : mirror;
  return {
    id: home.id,
    get info() {
      return home.info;
    },
    send: home.send,
    subscribe: home.subscribe,
    rest: home.rest,
    supervisor: home.supervisor,
    ready: home.ready,
    // The link is its holder's, and other connectors use it too.
    close: () => Promise.resolve(),
    states: reads.states,
    entities: reads.entities,
    devices: reads.devices,
    areas: reads.areas,
    floors: reads.floors,
    labels: reads.labels,
    watch: reads.watch,
  };
}

/** Hidden entities are in no read and no watch, and a device all of whose entities are hidden is not there either. */
function restrict(mirror: Mirror, rules: EntityRules): Reads {
  let entries: ReadonlyMap<string, EntityEntry> = new Map();
  /** Devices by whether an entity of theirs is visible; made anew with the registry. */
  let shownDevices: ReadonlyMap<string, boolean> = new Map();

  async function refresh(): Promise<void> {
    const now = await mirror.entities();
    if (now === entries) return;
    entries = now;
    shownDevices = devicesOf(now, rules);
  }

  const isVisible = (entityId: string) => rules.isVisible(entityId, entries.get(entityId));
  return {
    async states() {
      const [states] = await Promise.all([mirror.states(), refresh()]);
      return visibleMap<EntityState>(states, isVisible);
    },
    async entities() {
      await refresh();
      return visibleMap(entries, isVisible);
    },
    async devices() {
      const [devices] = await Promise.all([mirror.devices(), refresh()]);
      return visibleMap(devices, (id) => shownDevices.get(id) ?? true);
    },
    areas: mirror.areas,
    floors: mirror.floors,
    labels: mirror.labels,
    watch: (listener) =>
      mirror.watch((entityId, state) => {
        if (isVisible(entityId)) listener(entityId, state);
      }),
  };
}

/** Devices that have entities, by whether one of them is visible. */
export function devicesOf(entries: ReadonlyMap<string, EntityEntry>, rules: EntityRules): ReadonlyMap<string, boolean> {
  const shown = new Map<string, boolean>();
  for (const [entityId, entry] of entries) {
    if (entry.device_id === null) continue;
    shown.set(entry.device_id, shown.get(entry.device_id) === true || rules.isVisible(entityId, entry));
  }
  return shown;
}
