import type { ToolContext } from '../define.ts';
import type { FoundConfigs } from './config-search.ts';
import type { EntityQuery, FoundEntities } from './entity-rows.ts';
import { shapeRows } from './result-fields.ts';
import type { SearchInput } from './search-input.ts';

const SKIPPED =
  'Configurations were not searched, because a filter asks for entities. For them leave the filters out, or name search_types.';

/** The page of entities, and by which way they were found. */
export async function entityPart(
  call: SearchInput,
  asked: EntityQuery,
  { rows, searchType, areas }: FoundEntities,
  { home, signal }: ToolContext,
) {
  const page = rows.slice(call.offset, call.offset + call.limit);
  const entities = await shapeRows(home, page, call.result_fields, call.include_hidden, signal);
  const domains = page.map(({ domain }) => domain);
  return {
    entities,
    entity_total_matches: rows.length,
    search_type: searchType,
    ...(asked.domain === '' ? {} : { domain_filter: asked.domain }),
    ...(areas ? { area_filter: asked.area, area_names: areas.names } : {}),
    ...(call.group_by_domain ? { by_domain: byDomain(entities, domains, call.per_domain_limit) } : {}),
  };
}

function byDomain(entities: readonly unknown[], domains: readonly string[], limit = Number.POSITIVE_INFINITY) {
  const groups = new Map<string, unknown[]>();
  for (const [at, domain] of domains.entries()) {
    const group = groups.get(domain) ?? [];
    groups.set(domain, group);
    if (group.length < limit) group.push(entities[at]);
  }
  return Object.fromEntries(groups);
}

/** The page of configurations by kind, and what of them was not searched. */
export function configPart({ buckets, total, problems }: FoundConfigs) {
  return {
    ...buckets,
    config_total_matches: total,
    ...(problems.length > 0 ? { partial: true, errors: problems, partial_reason: reasonOf(problems) } : {}),
  };
}

function reasonOf(problems: FoundConfigs['problems']): string {
  return problems.map(({ surface, error }) => `${surface}: ${error}`).join('; ');
}

/** Both kinds are paged by the same offset: the flat keys say whether either goes on. */
export function pagingPart(
  { offset, limit }: SearchInput,
  found: FoundEntities | undefined,
  configs: FoundConfigs | undefined,
) {
  const next = offset + limit;
  const nextOf = (total: number) => (next < total ? next : null);
  const entityNext = nextOf(found?.rows.length ?? 0);
  const configNext = nextOf(configs?.total ?? 0);
  const nextOffset = entityNext ?? configNext;
  const entityCount = Math.min(limit, Math.max(0, (found?.rows.length ?? 0) - offset));
  return {
    count: entityCount + (configs?.count ?? 0),
    offset,
    limit,
    has_more: nextOffset !== null,
    next_offset: nextOffset,
    ...(found ? { entity_has_more: entityNext !== null, entity_next_offset: entityNext } : {}),
    ...(configs ? { config_has_more: configNext !== null, config_next_offset: configNext } : {}),
  };
}

export function warningsOf(
  isSkipped: boolean,
  found: FoundEntities | undefined,
  configs: FoundConfigs | undefined,
): string[] {
  const problems = configs?.problems ?? [];
  return [
    ...(isSkipped ? [SKIPPED] : []),
    ...(found?.areas?.warnings ?? []),
    ...(problems.length > 0 ? [`incomplete results: ${reasonOf(problems)}`] : []),
  ];
}

/** For an empty answer: why, and what to try. */
export function messageOf(
  call: SearchInput,
  asked: EntityQuery,
  found: FoundEntities | undefined,
  configs: FoundConfigs | undefined,
): { readonly message?: string } {
  if ((found?.rows.length ?? 0) + (configs?.total ?? 0) > 0) return {};
  if (found?.areas) {
    const what = asked.domain === '' ? 'entities' : `${asked.domain} entities`;
    const unknown = found.areas.names.length === 0 ? ' No area or floor is called so; see ha_list_floors_areas.' : '';
    return { message: `No ${what} found in area: ${asked.area}.${unknown}` };
  }
  if (asked.query === '' || !call.exact_match) return {};
  const hint = 'With exact_match false words may stand apart, be aliases or misspelled.';
  return { message: `Nothing holds '${asked.query}' as it is written. ${hint}` };
}
