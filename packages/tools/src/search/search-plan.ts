import { Fault } from '@hub/core/fault.ts';
import { CONFIG_SURFACES, type ConfigSurface } from './config-surfaces.ts';
import type { EntityQuery } from './entity-rows.ts';
import type { SearchInput } from './search-input.ts';

export const DEFAULT_SURFACES: readonly ConfigSurface[] = ['automation', 'script', 'scene', 'helper'];

export interface SearchPlan {
  readonly entities: boolean;
  readonly surfaces: readonly ConfigSurface[];
  /** A query that would have searched configurations, but for a filter. */
  readonly isSkipped: boolean;
  readonly entityQuery: EntityQuery;
}

/** @throws Fault VALIDATION_FAILED for no criterion at all, or an unknown search type */
export function planSearch(call: SearchInput): SearchPlan {
  const entityQuery: EntityQuery = {
    query: call.query?.trim() ?? '',
    domain: call.domain_filter?.trim().toLowerCase() ?? '',
    area: call.area_filter?.trim() ?? '',
    state: call.state_filter?.trim().toLowerCase() ?? '',
    isExact: call.exact_match,
    includesHidden: call.include_hidden,
  };
  const { query, domain, area, state } = entityQuery;
  const types = surfacesOf(call.search_types);
  const hasFilter = domain !== '' || area !== '' || state !== '';
  if (query === '' && (types !== undefined || !hasFilter)) {
    throw new Fault('VALIDATION_FAILED', 'There is nothing to search for.', {
      suggestion: types
        ? 'search_types needs a query: a word of a name or of the configuration.'
        : 'Give a query, or list by domain_filter, area_filter or state_filter.',
      context: { parameter: 'query' },
    });
  }
  const surfaces = types ?? (query !== '' && !hasFilter ? DEFAULT_SURFACES : []);
  return { entities: types === undefined, surfaces, isSkipped: !types && query !== '' && hasFilter, entityQuery };
}

function surfacesOf(given: readonly string[] | undefined): readonly ConfigSurface[] | undefined {
  if (given === undefined) return undefined;
  const known = CONFIG_SURFACES.filter((surface) => given.includes(surface));
  const unknown = given.filter((one) => !CONFIG_SURFACES.some((surface) => surface === one));
  if (given.length > 0 && unknown.length === 0) return known;
  const problem = given.length === 0 ? 'is empty' : `there is no type ${unknown.join(', ')}`;
  throw new Fault('VALIDATION_FAILED', `\`search_types\`: ${problem}.`, {
    suggestion: `Use ${CONFIG_SURFACES.join(', ')}, or leave it out.`,
    context: { parameter: 'search_types' },
  });
}
