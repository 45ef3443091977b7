import { nameOf } from '@hub/ha/entity-index.ts';
import { areaIdOfEntity } from '@hub/ha/placement.ts';
import type { EntityState } from '@hub/ha/records.ts';
import type { View } from '@hub/ha/view.ts';

export type DetailLevel = 'minimal' | 'standard' | 'full';

export interface EntityOverviewOptions {
  readonly level: DetailLevel;
  /** Empty: all. */
  readonly domains: ReadonlySet<string>;
  readonly limit: number | undefined;
  readonly offset: number;
  /** 0: no cap, and every state counted by itself. */
  readonly maxPerDomain: number | undefined;
  readonly showsState: boolean;
  readonly showsId: boolean;
}

interface DomainStats {
  readonly count: number;
  readonly states_summary: Readonly<Record<string, number>>;
  readonly entities: readonly Readonly<Record<string, string>>[];
  readonly truncated: boolean;
}

interface Domain {
  readonly states: EntityState[];
  readonly counts: Map<string, number>;
}

const MAX_PER_DOMAIN = { minimal: 10, standard: undefined, full: undefined };
const MAX_STATES = { minimal: 5, standard: 10, full: Number.POSITIVE_INFINITY };
const PAGE = { minimal: undefined, standard: 200, full: 200 };
const CONTROLLABLE = ['light', 'switch', 'climate', 'media_player', 'cover', 'fan', 'lock', 'vacuum', 'humidifier'];
const MONITORING = ['sensor', 'binary_sensor', 'camera', 'weather'];

/** Everything about entities and areas, from the mirror; counts are whole whatever page is shown. */
export async function entityOverview(home: View, options: EntityOverviewOptions) {
  const [states, entries, devices, areas] = await Promise.all([
    home.states(),
    home.entities(),
    home.devices(),
    home.areas(),
  ]);
  const all = inOrder(states);
  const domains = new Map<string, Domain>();
  const places = new Map(
    [...areas].map(([id, { name }]) => [id, { name, count: 0, domains: new Map<string, number>() }]),
  );
  const deviceTypes = new Map<string, number>();
  for (const state of all) {
    const domain = domainOf(state.entity_id);
    if (options.domains.size > 0 && !options.domains.has(domain)) continue;
    note(domains, domain, state);
    const place = places.get(areaIdOfEntity(entries.get(state.entity_id), devices) ?? '');
    if (place) {
      place.count++;
      increase(place.domains, domain);
    }
    const type = state.attributes['device_class'];
    if (typeof type === 'string') increase(deviceTypes, type);
  }
  const sorted = [...domains].sort(([, a], [, b]) => b.states.length - a.states.length);
  const { stats, pagination } = pageOf(sorted, options);
  return {
    totals: {
      total_entities: all.length,
      total_domains: new Set(all.map(({ entity_id: id }) => domainOf(id))).size,
      total_areas: areas.size,
    },
    domain_stats: stats,
    pagination,
    area_analysis: Object.fromEntries(
      [...places].map(([id, { name, count, domains: inArea }]) => [
        id,
        options.level === 'minimal' ? { count } : { count, name, domains: Object.fromEntries(inArea) },
      ]),
    ),
    ai_insights: insightsOf(sorted.map(([domain]) => domain)),
    device_types: Object.fromEntries(deviceTypes),
  };
}

const orders = new WeakMap<ReadonlyMap<string, EntityState>, readonly string[]>();

/** By id. The order is remembered, as looking up what it names is cheaper than sorting again. */
function inOrder(states: ReadonlyMap<string, EntityState>): readonly EntityState[] {
  const known = orders.get(states);
  const found = known?.length === states.size ? known.flatMap((id) => states.get(id) ?? []) : [];
  if (known && found.length === states.size) return found;
  const sorted = [...states.values()].sort((a, b) => (a.entity_id < b.entity_id ? -1 : 1));
  orders.set(
    states,
    sorted.map(({ entity_id: id }) => id),
  );
  return sorted;
}

function note(domains: Map<string, Domain>, domain: string, state: EntityState): void {
  const known = domains.get(domain) ?? { states: [], counts: new Map<string, number>() };
  domains.set(domain, known);
  known.states.push(state);
  increase(known.counts, state.state);
}

function increase(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function domainOf(entityId: string): string {
  return entityId.slice(0, entityId.indexOf('.'));
}

/** A page takes one entity of each domain in turn, so that the first page already shows every domain. */
function pageOf(sorted: readonly (readonly [string, Domain])[], options: EntityOverviewOptions) {
  const { level, offset } = options;
  const cap = options.maxPerDomain ?? MAX_PER_DOMAIN[level];
  const maxStates = options.maxPerDomain === 0 ? Number.POSITIVE_INFINITY : MAX_STATES[level];
  const limit = options.limit ?? PAGE[level];
  const capped = sorted.map(([domain, { states }]) => [domain, cap ? states.slice(0, cap) : states] as const);
  const total = capped.reduce((sum, [, states]) => sum + states.length, 0);
  const isShown = limit === undefined ? () => true : shownOn(capped, offset, limit);
  const stats: Record<string, DomainStats> = {};
  for (const [at, [domain, states]] of capped.entries()) {
    const entities = states.filter((_, turn) => isShown(at, turn)).map((state) => entityOf(state, options));
    const { states: all, counts } = sorted[at]?.[1] ?? { states: [], counts: new Map<string, number>() };
    stats[domain] = {
      count: all.length,
      states_summary: summaryOf(counts, maxStates),
      entities,
      truncated: entities.length < all.length,
    };
  }
  if (limit === undefined) return { stats, pagination: undefined };
  const returned = Math.max(0, Math.min(limit, total - offset));
  const hasMore = offset + limit < total;
  return {
    stats,
    pagination: {
      total_entity_results: total,
      offset,
      limit,
      entities_returned: returned,
      has_more: hasMore,
      next_offset: hasMore ? offset + limit : null,
    },
  };
}

function shownOn(capped: readonly (readonly [string, readonly unknown[]])[], offset: number, limit: number) {
  const shown = new Set<string>();
  const turns = Math.max(0, ...capped.map(([, states]) => states.length));
  let number = 0;
  for (let turn = 0; turn < turns && number < offset + limit; turn++) {
    for (const [at, [, states]] of capped.entries()) {
      if (turn >= states.length) continue;
      if (number >= offset && number < offset + limit) shown.add(`${at}/${turn}`);
      number++;
    }
  }
  return (at: number, turn: number) => shown.has(`${at}/${turn}`);
}

function entityOf(state: EntityState, { showsId, showsState }: EntityOverviewOptions): Record<string, string> {
  return {
    friendly_name: nameOf(state),
    ...(showsId ? { entity_id: state.entity_id } : {}),
    ...(showsState ? { state: state.state } : {}),
  };
}

/** The commonest states; what is rarer is counted together. */
function summaryOf(counts: ReadonlyMap<string, number>, max: number): Record<string, number> {
  if (counts.size <= max) return Object.fromEntries(counts);
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  const rest = sorted.slice(max).reduce((sum, [, count]) => sum + count, 0);
  return { ...Object.fromEntries(sorted.slice(0, max)), _other: rest };
}

function insightsOf(domains: readonly string[]) {
  return {
    most_common_domains: domains.slice(0, 5),
    controllable_devices: domains.filter((domain) => CONTROLLABLE.includes(domain)),
    monitoring_sensors: domains.filter((domain) => MONITORING.includes(domain)),
    automation_ready: domains.includes('automation'),
  };
}
