import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { project } from '../shared/fields.ts';
import { successShape } from '../shared/parameters.ts';
import { type FoundConfigs, searchConfigs } from './config-search.ts';
import type { ConfigSurface } from './config-surfaces.ts';
import { findEntityRows } from './entity-rows.ts';
import { nearIds } from './near-rows.ts';
import { checkResultFields } from './result-fields.ts';
import { configPart, entityPart, messageOf, pagingPart, warningsOf } from './search-answer.ts';
import { type SearchInput, searchInput } from './search-input.ts';
import { DEFAULT_SURFACES, planSearch } from './search-plan.ts';

const DEFAULT_BUDGET_S = 20;
/** A projection never hides that something is missing, or where to go on. */
const ALWAYS = [
  'query search_types search_type domain_filter area_filter area_names by_domain message errors partial partial_reason',
  'entity_total_matches config_total_matches count offset limit has_more next_offset',
  'entity_has_more entity_next_offset config_has_more config_next_offset',
].flatMap((line) => line.split(' '));

const rows = z.array(z.record(z.string(), z.unknown()));

export const tool = defineTool({
  name: 'ha_search',
  title: 'Search',
  docs: 'Finds entities by name, id, domain, area or state, and in the same call automations, scripts, scenes and helpers whose name or configuration holds the query. Use it first whenever an id is unknown. A filter searches entities only, search_types configurations only. partial: something was not searched.',
  tags: ['Search & Discovery'],
  scope: 'home',
  effect: 'read',
  idempotent: true,
  input: searchInput,
  output: z.looseObject({
    ...successShape,
    query: z.string().nullable(),
    entities: rows.optional(),
    automations: rows.optional(),
    entity_total_matches: z.number().int(),
    config_total_matches: z.number().int(),
    partial: z.boolean(),
    errors: z.array(z.strictObject({ surface: z.string(), error: z.string() })),
    count: z.number().int(),
    has_more: z.boolean(),
    next_offset: z.number().int().nullable(),
  }),
  async run(call, context) {
    const plan = planSearch(call);
    checkResultFields(call.result_fields);
    const [found, configs] = await Promise.all([
      plan.entities ? findEntityRows(context.home, plan.entityQuery, context.signal) : undefined,
      plan.surfaces.length > 0 ? configSearch(call, plan.entityQuery.query, plan.surfaces, context) : undefined,
    ]);
    const isEmpty = (found?.rows.length ?? 0) + (configs?.total ?? 0) === 0;
    const isGuess = isEmpty && plan.entities && call.exact_match && plan.entityQuery.query !== '';
    const near = isGuess ? await nearIds(context.home, plan.entityQuery, context.signal) : [];
    const body = {
      ...emptyAnswer(call, plan.surfaces),
      ...(found ? await entityPart(call, plan.entityQuery, found, context) : {}),
      ...(configs ? configPart(configs) : {}),
      ...pagingPart(call, found, configs),
      warnings: warningsOf(plan.isSkipped, found, configs),
      ...messageOf(call, plan.entityQuery, found, configs),
      ...(near.length > 0 ? { suggestions: near.map((id) => `Did you mean ${id}?`) } : {}),
    };
    return { ...project(body, call.fields, ALWAYS), success: true as const };
  },
});

function emptyAnswer({ query, search_types: types }: SearchInput, surfaces: readonly ConfigSurface[]) {
  return {
    success: true as const,
    query: query ?? null,
    entities: [],
    entity_total_matches: 0,
    automations: [],
    scripts: [],
    scenes: [],
    helpers: [],
    ...(surfaces.includes('dashboard') ? { dashboards: [] } : {}),
    search_types: types ?? [...DEFAULT_SURFACES],
    config_total_matches: 0,
    partial: false,
    errors: [],
  };
}

function configSearch(
  call: SearchInput,
  query: string,
  surfaces: readonly ConfigSurface[],
  { home, signal }: ToolContext,
): Promise<FoundConfigs> {
  const asked = {
    query,
    surfaces,
    isExact: call.exact_match,
    includesConfig: call.include_config,
    offset: call.offset,
    limit: call.limit,
    budgetS: call.config_time_budget ?? DEFAULT_BUDGET_S,
  };
  return searchConfigs(home, asked, signal);
}
