/** What a target selector names, in Home Assistant's spelling rules. */
export interface TargetIds {
  readonly entities: ReadonlySet<string> | 'all';
  readonly devices: ReadonlySet<string>;
  readonly areas: ReadonlySet<string>;
  readonly floors: ReadonlySet<string>;
  readonly labels: ReadonlySet<string>;
}

export interface Selector {
  readonly ids: TargetIds;
  readonly exclude: TargetIds | undefined;
}

/** Keys of an action by which it chooses what it acts on. */
export const SELECTOR_KEYS = ['entity_id', 'device_id', 'area_id', 'floor_id', 'label_id'] as const;

/**
 * Reads a selector as Home Assistant does: one id or a list, entity ids also comma separated and in any case, `none` names nothing.
 * Source: HA `helpers/config_validation.py`.
 */
export function readSelector(selector: Readonly<Record<string, unknown>>): Selector {
  const exclude = selector['exclude'];
  return { ids: readIds(selector), exclude: isRecord(exclude) ? readIds(exclude) : undefined };
}

export function isAny(ids: TargetIds): boolean {
  return (
    ids.entities === 'all' ||
    ids.entities.size + ids.devices.size + ids.areas.size + ids.floors.size + ids.labels.size > 0
  );
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function readIds(selector: Readonly<Record<string, unknown>>): TargetIds {
  const entityIds = textsOf(selector['entity_id']).flatMap((text) =>
    text.split(',').map((id) => id.trim().toLowerCase()),
  );
  return {
    entities: entityIds.includes('all') ? 'all' : named(entityIds),
    devices: named(textsOf(selector['device_id'])),
    areas: named(textsOf(selector['area_id'])),
    floors: named(textsOf(selector['floor_id'])),
    labels: named(textsOf(selector['label_id'])),
  };
}

function named(ids: readonly string[]): ReadonlySet<string> {
  return new Set(ids.filter((id) => id !== '' && id !== 'none'));
}

function textsOf(value: unknown): readonly string[] {
  return [value].flat().filter((one): one is string => typeof one === 'string');
}
