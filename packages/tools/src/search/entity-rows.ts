import { matchTypeOf, nameOf, rankEntities } from '@hub/ha/entity-index.ts';
import { areaIdOfEntity } from '@hub/ha/placement.ts';
import type { EntityEntry, EntityState } from '@hub/ha/records.ts';
import type { View } from '@hub/ha/view.ts';
import { aliasesOf } from './aliases.ts';
import { type MatchedAreas, matchAreas } from './area-filter.ts';

/** Hidden entities are found, below what is shown. */
const HIDDEN_PENALTY = 20;

/** Texts are trimmed, filters in lower case; '' means not given. */
export interface EntityQuery {
  readonly query: string;
  readonly domain: string;
  readonly area: string;
  readonly state: string;
  readonly isExact: boolean;
  readonly includesHidden: boolean;
}

export interface EntityRow {
  readonly entity_id: string;
  readonly friendly_name: string;
  readonly domain: string;
  readonly state: string;
  readonly score: number;
  readonly match_type: string;
}

export interface FoundEntities {
  /** All of them, best first. */
  readonly rows: readonly EntityRow[];
  readonly searchType: string;
  readonly areas: MatchedAreas | undefined;
}

interface Hit {
  readonly state: EntityState;
  readonly score: number;
  readonly matchType: string;
}

interface Scope {
  readonly states: ReadonlyMap<string, EntityState>;
  readonly entries: ReadonlyMap<string, EntityEntry>;
  isWanted(state: EntityState): boolean;
}

/** Entities by name and id, or by domain, area and state alone; answered from the mirror. */
export async function findEntityRows(home: View, asked: EntityQuery, signal: AbortSignal): Promise<FoundEntities> {
  const [states, entries] = await Promise.all([home.states(), home.entities()]);
  const areas = asked.area === '' ? undefined : matchAreas(asked.area, await home.areas(), await home.floors());
  const scope: Scope = { states, entries, isWanted: await wanted(home, asked, entries, areas) };
  const { hits, searchType } = await search(home, asked, scope, signal);
  const rows = hits.map((hit) => rowOf(hit, entries)).sort(byScore);
  return { rows, searchType, areas };
}

async function wanted(
  home: View,
  { domain, state: wantedState, includesHidden }: EntityQuery,
  entries: ReadonlyMap<string, EntityEntry>,
  areas: MatchedAreas | undefined,
): Promise<Scope['isWanted']> {
  const devices = areas ? await home.devices() : new Map<string, never>();
  const prefix = `${domain}.`;
  return ({ entity_id: id, state }) => {
    if (domain !== '' && !id.startsWith(prefix)) return false;
    if (wantedState !== '' && state.toLowerCase() !== wantedState) return false;
    const entry = entries.get(id);
    if (!includesHidden && entry?.hidden_by) return false;
    if (!areas) return true;
    const areaId = areaIdOfEntity(entry, devices);
    return areaId !== undefined && areas.areaIds.has(areaId);
  };
}

async function search(
  home: View,
  asked: EntityQuery,
  scope: Scope,
  signal: AbortSignal,
): Promise<{ readonly hits: readonly Hit[]; readonly searchType: string }> {
  const { query, area, domain, isExact } = asked;
  if (query === '') {
    if (area !== '') return { hits: listing(scope, 'area_match'), searchType: 'area_only' };
    const searchType = domain === '' ? 'state_listing' : 'domain_listing';
    return { hits: listing(scope, searchType), searchType };
  }
  const searchType = area !== '' ? 'area_filtered_query' : isExact ? 'exact_match' : 'fuzzy_search';
  if (isExact) {
    const hits = substring(query, scope, area === '' ? 'exact_match' : undefined);
    // Inside an area a name is worth a guess: few entities, and the words may stand in another order.
    if (hits.length > 0 || area === '') return { hits, searchType };
  }
  return { hits: await ranked(home, query, scope, signal), searchType };
}

function listing({ states, isWanted }: Scope, matchType: string): Hit[] {
  return [...states.values()].filter(isWanted).map((state) => ({ state, score: 100, matchType }));
}

function substring(query: string, { states, isWanted }: Scope, matchType: string | undefined): Hit[] {
  const text = query.toLowerCase();
  const hits: Hit[] = [];
  for (const state of states.values()) {
    const { entity_id: id } = state;
    const name = nameOf(state);
    const lowerName = name.toLowerCase();
    if (!(id.includes(text) || lowerName.includes(text)) || !isWanted(state)) continue;
    const score = id === text || lowerName === text ? 100 : 80;
    hits.push({ state, score, matchType: matchType ?? matchTypeOf(query, id, name) });
  }
  return hits;
}

async function ranked(home: View, query: string, scope: Scope, signal: AbortSignal): Promise<Hit[]> {
  const { states, entries, isWanted } = scope;
  const aliases = await aliasesOf(home, entries, signal);
  const isInScope = (id: string) => {
    const state = states.get(id);
    return state !== undefined && isWanted(state);
  };
  return rankEntities(query, { states, entries, aliases }, isInScope).flatMap(({ entityId, score, matchType }) => {
    const state = states.get(entityId);
    return state ? [{ state, score, matchType }] : [];
  });
}

function rowOf({ state, score, matchType }: Hit, entries: ReadonlyMap<string, EntityEntry>): EntityRow {
  const { entity_id: id } = state;
  return {
    entity_id: id,
    friendly_name: nameOf(state),
    domain: id.slice(0, id.indexOf('.')),
    state: state.state,
    score: entries.get(id)?.hidden_by ? Math.max(0, score - HIDDEN_PENALTY) : score,
    match_type: matchType,
  };
}

function byScore(a: EntityRow, b: EntityRow): number {
  return b.score - a.score || (a.entity_id < b.entity_id ? -1 : 1);
}
