import { nameOf } from '@hub/ha/entity-index.ts';
import { type HelperEntry, listHelperEntries, readEntryOptions } from '@hub/ha/helper-entries.ts';
import { HELPER_KINDS, type HelperItem, type HelperKind, listHelpers } from '@hub/ha/helpers.ts';
import type { EntityEntry, EntityState } from '@hub/ha/records.ts';
import type { View } from '@hub/ha/view.ts';
import { type Budget, readBodies } from './config-bodies.ts';
import { type ConfigItem, type SurfaceItems, settle } from './config-item.ts';

/** Kept in the same way, but nobody's helpers. */
const OTHERS: ReadonlySet<HelperKind> = new Set(['person', 'tag', 'zone']);
const KINDS = HELPER_KINDS.filter((kind) => !OTHERS.has(kind));

/** Helpers from Home Assistant's storage, and those that are integrations of their own (groups, templates …). */
export async function helperItems(home: View, budget: Budget): Promise<SurfaceItems> {
  const [states, entries] = await Promise.all([home.states(), home.entities()]);
  const kinds = KINDS.filter((kind) => byPlatform(entries).has(kind));
  const parts = await Promise.all([
    ...kinds.map((kind) => settle(`${kind}/list`, budget, () => storedItems(home, kind, states, entries, budget))),
    settle('helper entries', budget, () => entryItems(home, states, budget)),
  ]);
  return { items: parts.flatMap(({ items }) => items), problems: parts.flatMap(({ problems }) => problems) };
}

type ByPlatform = ReadonlyMap<string, ReadonlyMap<string, EntityEntry>>;

const sorted = new WeakMap<ReadonlyMap<string, EntityEntry>, ByPlatform>();

/** Entries by platform and unique id. A changed registry is another map, so what is kept by it is never old. */
function byPlatform(entries: ReadonlyMap<string, EntityEntry>): ByPlatform {
  const known = sorted.get(entries);
  if (known) return known;
  const made = new Map<string, Map<string, EntityEntry>>();
  for (const entry of entries.values()) {
    const own = made.get(entry.platform) ?? new Map<string, EntityEntry>();
    made.set(entry.platform, own.set(entry.unique_id, entry));
  }
  sorted.set(entries, made);
  return made;
}

async function storedItems(
  home: View,
  kind: HelperKind,
  states: ReadonlyMap<string, EntityState>,
  entries: ReadonlyMap<string, EntityEntry>,
  { signal }: Budget,
): Promise<SurfaceItems> {
  const stored = await listHelpers(home, kind, { signal });
  const own = byPlatform(entries).get(kind) ?? new Map<string, EntityEntry>();
  return { items: stored.map((item) => storedItem(item, kind, own.get(item.id), states)), problems: [] };
}

/** A renamed helper keeps the name it was made with in storage: both are searched, the current one is shown. */
function storedItem(
  item: HelperItem,
  kind: HelperKind,
  entry: EntityEntry | undefined,
  states: ReadonlyMap<string, EntityState>,
): ConfigItem {
  const entityId = entry?.entity_id ?? `${kind}.${item.id}`;
  const state = states.get(entityId);
  const storedName = typeof item['name'] === 'string' ? item['name'] : item.id;
  const name = state ? nameOf(state) : (entry?.name ?? storedName);
  return {
    row: { entity_id: entityId, helper_type: kind, name },
    names: [entityId, name, storedName],
    config: item,
  };
}

async function entryItems(home: View, states: ReadonlyMap<string, EntityState>, budget: Budget): Promise<SurfaceItems> {
  const all = await listHelperEntries(home, { signal: budget.signal });
  const keyOf = ({ entry_id: id }: HelperEntry) => `entry/${id}`;
  const readable = all.filter(({ supports_options: hasOptions }) => hasOptions === true);
  const requests = readable.map((entry) => ({
    key: keyOf(entry),
    version: String(entry.modified_at ?? ''),
    read: (signal: AbortSignal) => readEntryOptions(home, entry.entry_id, { signal }),
  }));
  const isAllowed = home.info.isAdmin || requests.length === 0;
  const { bodies, problems } = isAllowed
    ? await readBodies(states, requests, budget)
    : {
        bodies: new Map<string, object>(),
        problems: ["options were not searched: this home's token is no administrator's"],
      };
  const items = all.map((entry) => ({
    row: { entry_id: entry.entry_id, helper_type: entry.domain, name: entry.title },
    names: [entry.domain, entry.title],
    config: bodies.get(keyOf(entry)),
  }));
  return { items, problems };
}
