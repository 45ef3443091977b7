import { counted } from '@hub/core/counted.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { successShape } from '../shared/parameters.ts';
import { findZone, listZones, zoneShape } from './zones.ts';

/** Source: HA `zone/list`, and the states of zones that are not in it. */
export const tool = defineTool({
  name: 'ha_get_zone',
  title: 'Get Zone',
  docs: 'Lists the zones (places on the map that presence automations use) with centre, radius in metres and whether they can be edited, or gives one. Who is where is told by ha_get_state on person.… entities.',
  tags: ['Zones'],
  scope: 'home',
  effect: 'read',
  idempotent: true,
  input: z.strictObject({ zone_id: z.string().optional().describe('stored id or entity id; leave out to list all') }),
  output: z.strictObject({
    ...successShape,
    count: z.number().int().optional(),
    zones: z.array(zoneShape).optional(),
    message: z.string().optional(),
    zone_id: z.string().optional(),
    zone: zoneShape.optional(),
  }),
  async run({ zone_id: zoneId }, context) {
    if (zoneId !== undefined && zoneId.trim() !== '') {
      const zone = await findZone(context, zoneId);
      return { success: true as const, zone_id: zone.id, zone };
    }
    const zones = await listZones(context);
    const message = `Found ${counted(zones.length, 'zone')}.`;
    return { success: true as const, count: zones.length, zones: [...zones], message };
  },
});
