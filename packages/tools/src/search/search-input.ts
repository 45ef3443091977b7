import { z } from 'zod';
import { count, stringList } from '../shared/parameters.ts';

export const searchInput = z.strictObject({
  query: z.string().optional().describe('words of a name, an entity id, or text inside a configuration'),
  domain_filter: z.string().optional().describe('entities of one domain, e.g. light'),
  area_filter: z.string().optional().describe('entities in an area or on a floor, by name, id or alias'),
  search_types: stringList('search only configurations: automation, script, scene, helper, dashboard').optional(),
  limit: count(1).default(10).describe('for entities and configurations each'),
  offset: count(0).default(0),
  exact_match: z.boolean().default(true).describe('false: words in any order, aliases, misspellings'),
  include_hidden: z.boolean().default(true),
  include_config: z.boolean().default(false).describe('whole configurations of those found'),
  group_by_domain: z.boolean().default(false),
  per_domain_limit: z.number().int().optional().describe('with group_by_domain'),
  state_filter: z.string().optional().describe('entities in one state, e.g. unavailable'),
  result_fields: stringList(
    'keys of each entity; also area, floor, labels, aliases, is_group, member_entity_ids',
  ).optional(),
  fields: stringList('top-level keys to keep, e.g. entities').optional(),
  config_time_budget: z.number().positive().max(300).optional().describe('seconds for reading configurations'),
});

export type SearchInput = z.infer<typeof searchInput>;
