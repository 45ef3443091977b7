import type { EntityState } from '@hub/ha/records.ts';
import { pick } from '../shared/fields.ts';

/** Long lists a caller of a service has no use for. */
const BULKY_ATTRIBUTES = new Set(['effect_list', 'hue_scenes']);

export interface ShortStateOptions {
  readonly verbose?: boolean | undefined;
  readonly result_fields?: readonly string[] | undefined;
  readonly result_attribute_keys?: readonly string[] | undefined;
}

/** A changed state without context, times and bulky attributes, unless asked for. */
export function shortState(
  state: EntityState,
  { verbose, result_fields: fields, result_attribute_keys: keys }: ShortStateOptions,
): Record<string, unknown> {
  const attributes = keys
    ? pick(state.attributes, keys)
    : verbose
      ? state.attributes
      : Object.fromEntries(Object.entries(state.attributes).filter(([key]) => !BULKY_ATTRIBUTES.has(key)));
  const record = verbose ? { ...state, attributes } : { entity_id: state.entity_id, state: state.state, attributes };
  return fields && fields.length > 0 ? pick(record, fields) : record;
}
