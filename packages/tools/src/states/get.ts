import { Fault } from '@hub/core/fault.ts';
import type { EntityState } from '@hub/ha/records.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { entityNotFound, nearestIds } from '../shared/entity-not-found.ts';
import { pick } from '../shared/fields.ts';
import { timed, timedShape } from '../shared/local-time.ts';
import { stringList } from '../shared/parameters.ts';

const MAX_IDS = 100;
/** Each look for what was meant walks all ids of the home. */
const MAX_LOOKED_FOR = 5;

/** One state, or up to 100 with what was not found named beside them. Source: HA `subscribe_entities`. */
export const tool = defineTool({
  name: 'ha_get_state',
  title: 'Get Entity State',
  docs: 'Current state and attributes of one entity or a list of up to 100. Use ha_search first when unsure of an id. Name `attribute_keys` to keep long attribute lists out.',
  tags: ['Search & Discovery'],
  scope: 'home',
  effect: 'read',
  idempotent: true,
  input: z.strictObject({
    entity_id: z.union([z.string(), z.array(z.string())]).describe('one id, or a list'),
    fields: stringList('keys of the state record to keep, e.g. state').optional(),
    attribute_keys: stringList('attributes to keep').optional(),
  }),
  output: z.object({ data: z.record(z.string(), z.unknown()), ...timedShape }),
  async run({ entity_id, fields, attribute_keys }, { home }) {
    const states = await home.states();
    const shape = (state: EntityState) => shorten(state, fields, attribute_keys);
    const ids =
      typeof entity_id === 'string' && entity_id.includes(',')
        ? entity_id.split(',').map((id) => id.trim())
        : entity_id;
    if (typeof ids === 'string') {
      if (ids.trim() === '')
        throw new Fault('RESOURCE_NOT_FOUND', '`entity_id` is empty.', { suggestion: 'Name one, e.g. light.kitchen.' });
      const state = states.get(ids);
      if (!state) throw entityNotFound(ids, states.keys());
      return timed(shape(state), home.info.timeZone);
    }
    return timed(many(ids, states, shape), home.info.timeZone);
  },
});

function many(
  ids: readonly string[],
  states: ReadonlyMap<string, EntityState>,
  shape: (state: EntityState) => Record<string, unknown>,
): Record<string, unknown> {
  if (ids.length > MAX_IDS) {
    throw new Fault('VALIDATION_FAILED', `\`entity_id\`: at most ${MAX_IDS} ids in one call, got ${ids.length}.`, {
      suggestion: 'Split the list.',
      context: { parameter: 'entity_id' },
    });
  }
  const found = ids.flatMap((id) => states.get(id) ?? []);
  const missing = ids.filter((id) => !states.has(id));
  const errors = missing.map((id) => ({
    entity_id: id,
    error: { code: 'ENTITY_NOT_FOUND', message: `There is no entity ${id} in this home.` },
  }));
  const suggestions = missing.slice(0, MAX_LOOKED_FOR).flatMap((id) => nearestIds(id, states.keys()).slice(0, 2));
  return {
    success: found.length > 0,
    count: found.length,
    states: Object.fromEntries(found.map((state) => [state.entity_id, shape(state)])),
    ...(missing.length === 0
      ? {}
      : {
          errors,
          error_count: missing.length,
          ...(suggestions.length > 0 ? { suggestions } : {}),
          ...(found.length > 0 ? { partial: true } : {}),
        }),
  };
}

function shorten(
  state: EntityState,
  fields: readonly string[] | undefined,
  attributeKeys: readonly string[] | undefined,
): Record<string, unknown> {
  const record = attributeKeys ? { ...state, attributes: pick(state.attributes, attributeKeys) } : { ...state };
  return fields && fields.length > 0 ? pick(record, fields) : record;
}
