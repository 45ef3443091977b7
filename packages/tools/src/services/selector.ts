import { SELECTOR_KEYS } from '@hub/ha/selector.ts';

/** Parts Home Assistant's target selector from a service's own data; `entityId` may be one id or a comma list. */
export function splitSelector(
  data: Readonly<Record<string, unknown>>,
  entityId?: string,
): { selector: Record<string, unknown>; rest: Record<string, unknown> } {
  const selector: Record<string, unknown> = {};
  const rest: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(data)) {
    if (SELECTOR_KEYS.some((one) => one === key)) selector[key] = value;
    else if (key === 'target' && value !== null && typeof value === 'object') Object.assign(selector, value);
    else rest[key] = value;
  }
  if (entityId !== undefined && entityId !== '')
    selector['entity_id'] = entityId.includes(',') ? entityId.split(',').map((id) => id.trim()) : entityId;
  return { selector, rest };
}

/** The entity ids a selector names outright. */
export function namedEntities(selector: Readonly<Record<string, unknown>>): string[] {
  const ids = [selector['entity_id'] ?? []].flat();
  return ids.filter((id): id is string => typeof id === 'string' && id !== 'all' && id !== 'none');
}
