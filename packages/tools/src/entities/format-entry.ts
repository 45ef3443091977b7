import { areaIdOfEntity, floorOfArea } from '@hub/ha/placement.ts';
import type { Area, Device, EntityEntry, Floor, Label } from '@hub/ha/records.ts';
import type { View } from '@hub/ha/view.ts';
import { z } from 'zod';

export const entryShape = z.looseObject({
  entity_id: z.string(),
  name: z.string().nullable(),
  enabled: z.boolean(),
  hidden: z.boolean(),
  aliases: z.array(z.string()),
  labels: z.array(z.string()),
});

/** What ids in an entry stand for. */
export interface Places {
  readonly devices: ReadonlyMap<string, Device>;
  readonly areas: ReadonlyMap<string, Area>;
  readonly floors: ReadonlyMap<string, Floor>;
  readonly labels: ReadonlyMap<string, Label>;
}

export async function readPlaces(home: View): Promise<Places> {
  const [devices, areas, floors, labels] = await Promise.all([
    home.devices(),
    home.areas(),
    home.floors(),
    home.labels(),
  ]);
  return { devices, areas, floors, labels };
}

/** A registry entry as tools show it: ids as Home Assistant has them, and the names of area (its device's when it has none), floor and labels. */
export function formatEntry(entry: EntityEntry, { devices, areas, floors, labels }: Places) {
  const areaId = areaIdOfEntity(entry, devices);
  const area = areaId === undefined ? undefined : areas.get(areaId);
  return {
    entity_id: entry.entity_id,
    name: entry.name,
    original_name: entry.original_name,
    icon: entry.icon,
    area_id: entry.area_id,
    disabled_by: entry.disabled_by,
    hidden_by: entry.hidden_by,
    enabled: entry.disabled_by === null,
    hidden: entry.hidden_by !== null,
    aliases: writtenAliases(entry),
    labels: [...entry.labels],
    categories: entry.categories,
    device_class: entry['device_class'] ?? null,
    original_device_class: entry['original_device_class'] ?? null,
    options: entry['options'] ?? {},
    platform: entry.platform,
    device_id: entry.device_id,
    config_entry_id: entry.config_entry_id,
    unique_id: entry.unique_id,
    area: area?.name ?? null,
    floor: floorOfArea(area, floors)?.name ?? null,
    label_names: entry.labels.map((id) => labels.get(id)?.name ?? id),
  };
}

/** A null among the aliases stands for the entity's own name. Source: HA `helpers/entity_registry.py` `COMPUTED_NAME`. */
function writtenAliases({ aliases = [] }: EntityEntry): string[] {
  return aliases.filter((alias) => typeof alias === 'string');
}
