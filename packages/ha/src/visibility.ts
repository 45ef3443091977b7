import type { Mirror } from './mirror.ts';
import { devicesOf, type EntityRules } from './mirrored-view.ts';
import { areaIdOfEntity } from './placement.ts';
import type { Area, Device, EntityEntry, EntityState } from './records.ts';

export interface EntitySelection {
  /** Ids; `*` stands for any letters. */
  readonly entities: readonly string[];
  readonly areas: readonly string[];
  readonly labels: readonly string[];
  readonly domains: readonly string[];
}

export interface VisibilityRules {
  /** Only what one of these names. */
  readonly allow?: EntitySelection | undefined;
  /** Wins over `allow`. */
  readonly deny?: EntitySelection | undefined;
  readonly excludeHidden: boolean;
  readonly excludeCategories: readonly string[];
}

/** Which entities of a home one connector may know of, by its rules and the registries as they are. */
export interface Visibility extends EntityRules {
  /** Takes up the registries; the answers below are as of the last time. @throws Fault when the home cannot be reached */
  refresh(): Promise<void>;
  /** The first hidden entity that a text names, by its id or its id in the registry. */
  hiddenIn(text: string): string | undefined;
  /** The same for what is asked, where a device all of whose entities are hidden cannot be named either. */
  hiddenNamed(text: string): string | undefined;
  /** Is there a hidden entity that this integration keeps under this id of its own? */
  hidesItem(platform: string, uniqueId: string): boolean;
}

/** Overlapping, so that `states.lock.front_door` shows both `states.lock` and `lock.front_door`. */
const IDS = /\b(?=([a-z0-9_]+\.[a-z0-9_]+|[0-9a-f]{32}\b))/g;

export function createVisibility(mirror: Mirror, rules: VisibilityRules): Visibility {
  const allows = rules.allow && matcherOf(rules.allow);
  // Whoever denies an area by its name means it, and a rule that fits nothing would hide nothing.
  const denies = rules.deny && matcherOf(rules.deny, rules.deny.areas);
  let states: ReadonlyMap<string, EntityState> = new Map();
  let entries: ReadonlyMap<string, EntityEntry> = new Map();
  let devices: ReadonlyMap<string, Device> = new Map();
  let areas: ReadonlyMap<string, Area> = new Map();
  let byRegistryId: ReadonlyMap<string, string> = new Map();
  /** By whether an entity of theirs is visible; made when a text first names a device. */
  let shownDevices: ReadonlyMap<string, boolean> | undefined;

  function isVisible(entityId: string, entry = entries.get(entityId)): boolean {
    if (rules.excludeHidden && entry?.hidden_by) return false;
    if (entry?.entity_category && rules.excludeCategories.includes(entry.entity_category)) return false;
    const device = entry?.device_id ? devices.get(entry.device_id) : undefined;
    const areaId = areaIdOfEntity(entry, devices);
    const area = areaId === undefined ? undefined : areas.get(areaId);
    const labels = [...(entry?.labels ?? []), ...(device?.labels ?? []), ...(area?.labels ?? [])];
    const one = { entityId, areaId, areaName: area?.name, labels };
    return !denies?.(one) && (allows?.(one) ?? true);
  }

  function hiddenIn(text: string): string | undefined {
    for (const [, found = ''] of text.toLowerCase().matchAll(IDS)) {
      const id = byRegistryId.get(found) ?? found;
      if ((states.has(id) || entries.has(id)) && !isVisible(id)) return id;
    }
    return undefined;
  }

  function hiddenDeviceIn(text: string): string | undefined {
    for (const [, found = ''] of text.toLowerCase().matchAll(IDS)) {
      if (!devices.has(found)) continue;
      shownDevices ??= devicesOf(entries, { isVisible });
      if (shownDevices.get(found) === false) return found;
    }
    return undefined;
  }

  return {
    isVisible,
    async refresh() {
      const read = [mirror.states(), mirror.entities(), mirror.devices(), mirror.areas()] as const;
      const [nowStates, nowEntries, nowDevices, nowAreas] = await Promise.all(read);
      if (nowEntries !== entries)
        byRegistryId = new Map([...nowEntries.values()].map((entry) => [String(entry['id']), entry.entity_id]));
      [states, entries, devices, areas] = [nowStates, nowEntries, nowDevices, nowAreas];
      shownDevices = undefined;
    },
    hidesItem: (platform, uniqueId) =>
      entries
        .values()
        .some((entry) => entry.platform === platform && entry.unique_id === uniqueId && !isVisible(entry.entity_id)),
    hiddenIn,
    hiddenNamed: (text) => hiddenIn(text) ?? hiddenDeviceIn(text),
  };
}

interface Placed {
  readonly entityId: string;
  readonly areaId: string | undefined;
  readonly areaName: string | undefined;
  readonly labels: readonly string[];
}

function matcherOf(
  { entities, areas, labels, domains }: EntitySelection,
  areaNames: readonly string[] = [],
): (one: Placed) => boolean {
  const names = new Set(areaNames.map((name) => name.toLowerCase()));
  const ids = new Set(entities.filter((id) => !id.includes('*')).map((id) => id.toLowerCase()));
  const patterns = entities.filter((id) => id.includes('*')).map(patternOf);
  return ({ entityId, areaId, areaName, labels: own }) =>
    ids.has(entityId) ||
    domains.includes(entityId.slice(0, entityId.indexOf('.'))) ||
    (areaId !== undefined && areas.includes(areaId)) ||
    (names.size > 0 && areaName !== undefined && names.has(areaName.toLowerCase())) ||
    own.some((label) => labels.includes(label)) ||
    patterns.some((pattern) => pattern.test(entityId));
}

/** An entity id in which `*` stands for any letters. */
export function patternOf(text: string): RegExp {
  const parts = text
    .toLowerCase()
    .split('*')
    .map((part) => part.replace(/[^a-z0-9_]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}
