import { waitForGone } from '@hub/ha/wait-for.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { previewParameter, successShape } from '../shared/parameters.ts';
import { dropHelper, ENTITY_WAIT_MS } from '../shared/stored-helper.ts';
import { assertEditable, findZone } from './zones.ts';

export const tool = defineTool({
  name: 'ha_remove_zone',
  title: 'Remove Zone',
  docs: 'Removes a zone made in the editor or by ha_set_zone; the hub keeps what it was as an edit. Automations that name it stay and never trigger on it again. The home itself and zones of YAML cannot be removed.',
  tags: ['Zones'],
  scope: 'home',
  effect: 'destroy',
  idempotent: true,
  input: z.strictObject({
    zone_id: z.string().describe('stored id or entity id, from ha_get_zone'),
    preview: previewParameter,
  }),
  output: z.strictObject({ ...successShape, zone_id: z.string(), message: z.string() }),
  items: ({ zone_id }) => [{ kind: 'zone', id: zone_id }],
  async run({ zone_id: zoneId }, context) {
    // The code that callers know from Home Assistant's refusal.
    const zone = await findZone(context, zoneId, 'SERVICE_CALL_FAILED');
    assertEditable(zone);
    await dropHelper(context, 'zone', zone.id);
    const waiting = { deadlineMs: ENTITY_WAIT_MS, signal: context.signal };
    const isGone = await waitForGone(context.home, zone.entity_id, waiting);
    return {
      success: true as const,
      zone_id: zone.id,
      message: `Removed zone ${zone.name} (${zone.id}).`,
      ...(isGone ? {} : { warnings: [`${zone.entity_id} is still shown after 10 s.`] }),
    };
  },
});
