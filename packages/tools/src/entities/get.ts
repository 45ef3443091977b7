import { Fault } from '@hub/core/fault.ts';
import { findEntities } from '@hub/ha/registry-reads.ts';
import type { View } from '@hub/ha/view.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { nearestIds } from '../shared/entity-not-found.ts';
import { successShape } from '../shared/parameters.ts';
import { entryShape, formatEntry, readPlaces } from './format-entry.ts';
import { noEntry } from './no-entry.ts';

const input = z.strictObject({
  entity_id: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .describe('one id, or a list'),
  unique_id: z.string().optional().describe("instead of entity_id: the integration's own id"),
  domain: z.string().optional().describe('with unique_id: e.g. light'),
  platform: z.string().optional().describe('with unique_id: e.g. hue'),
});

type Input = z.infer<typeof input>;

/** Source: HA `config/entity_registry/get_entries`. */
export const tool = defineTool({
  name: 'ha_get_entity',
  title: 'Get Entity',
  docs: 'How an entity is set up in the registry: name, area, labels, aliases, icon, hidden or disabled, options, device and integration. One id, a list, or the unique_id of an integration. For its state use ha_get_state, to change it ha_set_entity.',
  tags: ['Entity Registry'],
  scope: 'home',
  effect: 'read',
  idempotent: true,
  input,
  output: z.looseObject({
    ...successShape,
    entity_id: z.string().optional(),
    entity_entry: entryShape.optional(),
    entity_entries: z.array(entryShape).optional(),
    count: z.number().int().optional(),
    matches: z.number().int().optional(),
  }),
  async run(call, { home, signal }) {
    check(call);
    const { entity_id: asked, unique_id: uniqueId } = call;
    if (uniqueId !== undefined) return byUniqueId(home, uniqueId, call, signal);
    const ids = typeof asked === 'string' && asked.includes(',') ? asked.split(',').map((id) => id.trim()) : asked;
    if (typeof ids !== 'string') return many(home, ids ?? [], signal);
    const entry = (await read(home, [ids], signal))[0];
    if (!entry) throw await noEntry(home, ids, 'Entity not found');
    return { success: true as const, entity_id: ids, entity_entry: entry };
  },
});

function check({ entity_id, unique_id, domain, platform }: Input): void {
  const fault = (code: Fault['code'], message: string, suggestion: string) => new Fault(code, message, { suggestion });
  if (entity_id === undefined && unique_id === undefined)
    throw fault('VALIDATION_MISSING_PARAMETER', 'Neither `entity_id` nor `unique_id` is given.', 'Name an entity.');
  if (entity_id !== undefined && unique_id !== undefined)
    throw fault(
      'VALIDATION_INVALID_PARAMETER',
      'Both `entity_id` and `unique_id` are given.',
      'Choose one of the two.',
    );
  if (unique_id === undefined && (domain !== undefined || platform !== undefined)) {
    throw fault(
      'VALIDATION_INVALID_PARAMETER',
      '`domain` and `platform` only narrow a search by `unique_id`.',
      'Leave them out; for all entities of a domain use ha_search with domain_filter.',
    );
  }
}

/** Only what the connector may see is asked for. */
async function read(home: View, ids: readonly string[], signal: AbortSignal) {
  const entries = await home.entities();
  const known = [...new Set(ids)].filter((id) => entries.has(id));
  if (known.length === 0) return [];
  const [whole, places] = await Promise.all([findEntities(home, known, { signal }), readPlaces(home)]);
  return known.flatMap((id) => {
    const entry = whole.get(id);
    return entry ? [formatEntry(entry, places)] : [];
  });
}

async function many(home: View, ids: readonly string[], signal: AbortSignal) {
  if (ids.length === 0)
    return { success: true as const, count: 0, entity_entries: [], message: 'No entity was asked for.' };
  const entries = await read(home, ids, signal);
  const found = new Set(entries.map(({ entity_id: id }) => id));
  const missing = ids.filter((id) => !found.has(id));
  const known = missing.length > 0 ? await home.entities() : new Map<string, unknown>();
  const suggestions = [...new Set(missing.flatMap((id) => nearestIds(id, known.keys()).slice(0, 2)))];
  return {
    success: true as const,
    count: entries.length,
    entity_entries: entries,
    ...(missing.length > 0 ? { errors: missing.map((id) => ({ entity_id: id, error: 'Entity not found' })) } : {}),
    ...(suggestions.length > 0 ? { suggestions } : {}),
  };
}

async function byUniqueId(home: View, uniqueId: string, { domain, platform }: Input, signal: AbortSignal) {
  const wanted = [...(await home.entities()).values()].filter(
    (entry) =>
      entry.unique_id === uniqueId &&
      (domain === undefined || entry.entity_id.startsWith(`${domain}.`)) &&
      (platform === undefined || entry.platform === platform),
  );
  const filters = { ...(domain === undefined ? {} : { domain }), ...(platform === undefined ? {} : { platform }) };
  const ids = wanted.map(({ entity_id: id }) => id);
  const entries = await read(home, ids, signal);
  if (entries.length === 0) {
    throw new Fault('ENTITY_NOT_FOUND', `There is no entity with unique_id '${uniqueId}'.`, {
      suggestion:
        'It must be the whole id of the integration, not the entity id; leave domain and platform out to widen.',
      context: { unique_id: uniqueId, ...filters },
    });
  }
  return {
    success: true as const,
    unique_id: uniqueId,
    matches: entries.length,
    entity_entries: entries,
    ...filters,
  };
}
