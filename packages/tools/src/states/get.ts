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
  output: z.object({
    data: z.record(z.string(), z.unknown()),
    ...timedShape,
    warnings: z.array(z.string()).optional(),
  }),
  async run({ entity_id, fields, attribute_keys }, { home }) {
    const states = await home.states();
    // As Home Assistant itself does with an id in capitals.
    const find = (id: string) => states.get(id) ?? states.get(id.trim().toLowerCase());
    const shape = (state: EntityState) => shorten(state, fields, attribute_keys);
    const answer = (data: Record<string, unknown>, shown: readonly EntityState[]) => ({
      ...timed(data, home.info.timeZone),
      ...warningsOf(shown, fields, attribute_keys),
    });
    const ids =
      typeof entity_id === 'string' && entity_id.includes(',')
        ? entity_id.split(',').map((id) => id.trim())
        : entity_id;
    if (typeof ids === 'string') {
      if (ids.trim() === '')
        throw new Fault('RESOURCE_NOT_FOUND', '`entity_id` is empty.', { suggestion: 'Name one, e.g. light.kitchen.' });
      const state = find(ids);
      if (!state) throw entityNotFound(ids, states.keys());
      return answer(shape(state), [state]);
    }
    const wanted = checked(ids);
    return answer(
      many(wanted, states, find, shape),
      wanted.flatMap((id) => find(id) ?? []),
    );
  },
});

/** Each id once. @throws Fault VALIDATION_FAILED for none and for too many */
function checked(ids: readonly string[]): string[] {
  const refuse = (problem: string, suggestion: string) =>
    new Fault('VALIDATION_FAILED', `\`entity_id\`: ${problem}`, { suggestion, context: { parameter: 'entity_id' } });
  if (ids.length === 0) throw refuse('the list is empty.', 'Name at least one id; ha_search finds them.');
  if (ids.length > MAX_IDS) throw refuse(`at most ${MAX_IDS} ids in one call, got ${ids.length}.`, 'Split the list.');
  return [...new Set(ids)];
}

function many(
  ids: readonly string[],
  states: ReadonlyMap<string, EntityState>,
  find: (id: string) => EntityState | undefined,
  shape: (state: EntityState) => Record<string, unknown>,
): Record<string, unknown> {
  const found = ids.flatMap((id) => find(id) ?? []);
  const missing = ids.filter((id) => !find(id));
  const errors = missing.map((id) => ({
    entity_id: id,
    error: { code: 'ENTITY_NOT_FOUND', message: `There is no entity ${id} in this home.` },
  }));
  const near = missing.slice(0, MAX_LOOKED_FOR).flatMap((id) => nearestIds(id, states.keys()).slice(0, 2));
  const suggestions = [...new Set(near)];
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

/** A projection that leaves nothing says so, as an empty answer would mislead. */
function warningsOf(
  shown: readonly EntityState[],
  fields: readonly string[] = [],
  attributeKeys: readonly string[] | undefined,
): { readonly warnings?: string[] } {
  const warnings: string[] = [];
  const unknown = fields.filter((field) => shown.length > 0 && shown.every((state) => !(field in state)));
  if (unknown.length > 0)
    warnings.push(`Unknown fields ignored: ${unknown.join(', ')}. Known: ${Object.keys(shown[0] ?? {}).join(', ')}.`);
  if (attributeKeys && fields.length > 0 && !fields.includes('attributes'))
    warnings.push('`attribute_keys` was ignored, because `fields` leaves the attributes out.');
  const isEmpty = ({ attributes }: EntityState) => attributeKeys?.every((key) => !(key in attributes));
  const bare = attributeKeys && attributeKeys.length > 0 ? shown.find(isEmpty) : undefined;
  if (bare)
    warnings.push(
      `${bare.entity_id} has none of these attributes: ${attributeKeys?.join(', ')}. It has ${Object.keys(bare.attributes).join(', ')}.`,
    );
  return warnings.length > 0 ? { warnings } : {};
}
