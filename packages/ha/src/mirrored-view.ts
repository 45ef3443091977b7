import type { Home } from './home.ts';
import type { Mirror } from './mirror.ts';
import type { EntityEntry, EntityState } from './records.ts';
import type { StateListener, View } from './view.ts';

/** What a connector may know of a home's entities. */
export interface EntityRules {
  isVisible(entityId: string, entry: EntityEntry | undefined): boolean;
}

/** The home as one connector sees it. Without rules everything is visible and reads are the mirror's own. */
export function createView(home: Home, mirror: Mirror, rules?: EntityRules): View {
  const view = {
    id: home.id,
    get info() {
      return home.info;
    },
    send: home.send,
    subscribe: home.subscribe,
    rest: home.rest,
    supervisor: home.supervisor,
    ready: home.ready,
    close: home.close,
    states: mirror.states,
    entities: mirror.entities,
    devices: mirror.devices,
    areas: mirror.areas,
    floors: mirror.floors,
    labels: mirror.labels,
    watch: mirror.watch,
  };
  return rules ? restrict(view, mirror, rules) : view;
}

function restrict(view: View, mirror: Mirror, rules: EntityRules): View {
  let entries: ReadonlyMap<string, EntityEntry> = new Map();
  const isVisible = (entityId: string) => rules.isVisible(entityId, entries.get(entityId));
  const visible = async <T>(read: Promise<ReadonlyMap<string, T>>): Promise<ReadonlyMap<string, T>> => {
    const [all, known] = await Promise.all([read, mirror.entities()]);
    entries = known;
    return new Map([...all].filter(([entityId]) => isVisible(entityId)));
  };
  // A copy by prototype keeps `info` a live getter.
  return Object.assign(Object.create(view) as View, {
    states: () => visible<EntityState>(mirror.states()),
    entities: () => visible<EntityEntry>(mirror.entities()),
    watch: (listener: StateListener) =>
      mirror.watch((entityId, state) => {
        if (isVisible(entityId)) listener(entityId, state);
      }),
  });
}
