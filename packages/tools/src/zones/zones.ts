import { Fault } from '@hub/core/fault.ts';
import { listHelpers } from '@hub/ha/helpers.ts';
import { z } from 'zod';
import type { ToolContext } from '../define.ts';

export const zoneShape = z.looseObject({
  id: z.string(),
  name: z.string(),
  latitude: z.number(),
  longitude: z.number(),
  radius: z.number(),
  passive: z.boolean(),
  icon: z.string().optional(),
  entity_id: z.string(),
  /** Whether ha_set_zone can change it. */
  editable: z.boolean(),
  source: z.enum(['storage', 'yaml', 'home']),
});

/** Home Assistant makes it from its own location, under this id alone. */
const HOME = 'zone.home';

export type Zone = z.infer<typeof zoneShape>;

const storedShape = zoneShape.omit({ editable: true, source: true, entity_id: true });
const attributesShape = z.looseObject({
  latitude: z.number(),
  longitude: z.number(),
  radius: z.number(),
  passive: z.boolean(),
  icon: z.string().optional(),
  friendly_name: z.string().optional(),
});

/** All zones: those made in the editor, and beside them the home itself and what YAML defines, which only show as entities. */
export async function listZones({ home, signal }: ToolContext): Promise<readonly Zone[]> {
  const [items, entities, states] = await Promise.all([
    listHelpers(home, 'zone', { signal }),
    home.entities(),
    home.states(),
  ]);
  const entityIds = new Map(
    [...entities.values()].flatMap((entry) => (entry.platform === 'zone' ? [[entry.unique_id, entry.entity_id]] : [])),
  );
  const stored = items.map((item): Zone => {
    const entityId = entityIds.get(item.id) ?? `zone.${item.id}`;
    const isHome = entityId === HOME;
    return { ...storedShape.parse(item), entity_id: entityId, editable: !isHome, source: isHome ? 'home' : 'storage' };
  });
  const shown = new Set(stored.map((zone) => zone.entity_id));
  const others = [...states.values()].flatMap(({ entity_id: entityId, attributes }): Zone[] => {
    if (!entityId.startsWith('zone.') || shown.has(entityId)) return [];
    const parsed = attributesShape.safeParse(attributes);
    if (!parsed.success) return [];
    const { latitude, longitude, radius, passive, icon, friendly_name: name } = parsed.data;
    const id = entityId.slice('zone.'.length);
    return [
      {
        ...{ id, name: name ?? id, latitude, longitude, radius, passive },
        ...(icon === undefined ? {} : { icon }),
        ...{ entity_id: entityId, editable: false, source: entityId === HOME ? 'home' : 'yaml' },
      },
    ];
  });
  return [...stored, ...others];
}

/** The zone a stored id or entity id means. @throws Fault, unless told RESOURCE_NOT_FOUND, with the ids there are */
export async function findZone(
  context: ToolContext,
  given: string,
  code: 'RESOURCE_NOT_FOUND' | 'SERVICE_CALL_FAILED' = 'RESOURCE_NOT_FOUND',
): Promise<Zone> {
  const zones = await listZones(context);
  const wanted = given.trim();
  const zone =
    zones.find((one) => one.id === wanted && one.editable) ??
    zones.find((one) => one.entity_id === wanted || one.id === wanted);
  if (zone) return zone;
  throw new Fault(code, `There is no zone '${given}' in this home.`, {
    suggestion: 'Use one of the available ids; ha_get_zone without zone_id shows all.',
    context: { zone_id: given, available_zone_ids: zones.map((one) => one.id) },
  });
}

/** @throws Fault VALIDATION_FAILED for the home itself and for zones of YAML, which no API changes */
export function assertEditable(zone: Zone): void {
  if (zone.editable) return;
  const where =
    zone.source === 'home'
      ? "It is the home's own location: it is changed in Settings > System > General."
      : 'It is defined in YAML and is changed there.';
  throw new Fault('VALIDATION_FAILED', `\`zone_id\`: zone '${zone.id}' cannot be changed here.`, {
    suggestion: [where, 'Only zones made in the editor or by ha_set_zone can be changed or removed.'],
    context: { parameter: 'zone_id', zone_id: zone.id, source: zone.source },
  });
}
