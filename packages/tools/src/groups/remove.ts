import { callService } from '@hub/ha/services.ts';
import { waitForGone } from '@hub/ha/wait-for.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { previewParameter, successShape } from '../shared/parameters.ts';
import { assertObjectId, groupNotFound, groupOf, readKeptGroup, WAIT_MS } from './find-group.ts';

/** Source: HA action `group.remove`. */
export const tool = defineTool({
  name: 'ha_config_remove_group',
  title: 'Remove Group',
  docs: 'Removes an old-style group (group.…); its members stay as they are. The hub keeps what it was as an edit. Groups made in the editor are helpers: remove those with ha_remove_helpers_integrations.',
  tags: ['Groups'],
  scope: 'home',
  effect: 'destroy',
  idempotent: true,
  input: z.strictObject({
    object_id: z.string().describe('the part behind group.'),
    wait: z.boolean().default(true).describe('until it has left'),
    preview: previewParameter,
  }),
  output: z.strictObject({
    ...successShape,
    entity_id: z.string(),
    object_id: z.string(),
    message: z.string(),
    partial: z.literal(true).optional(),
  }),
  items: ({ object_id }) => [{ kind: 'group', id: object_id }],
  async run({ object_id: objectId, wait }, { home, edits, signal }) {
    assertObjectId(objectId);
    const entityId = `group.${objectId}`;
    const states = await home.states();
    const group = groupOf(states.get(entityId));
    if (!group) throw groupNotFound(objectId, states);
    let isGone = true;
    await edits.change({
      item: { kind: 'group', id: objectId },
      read: () => readKeptGroup({ home }, objectId),
      plan: () => undefined,
      async write() {
        await callService(home, 'group', 'remove', { data: { object_id: objectId }, signal });
        if (wait) isGone = await waitForGone(home, entityId, { deadlineMs: WAIT_MS, signal });
      },
    });
    const warnings = [
      ...(group.isFromYaml ? ['The group is defined in YAML: it comes back when groups are reloaded.'] : []),
      ...(isGone ? [] : [`Home Assistant took it, but ${entityId} is still there after 10 s.`]),
    ];
    return {
      success: true as const,
      entity_id: entityId,
      object_id: objectId,
      message: `Removed ${entityId}.`,
      ...(warnings.length > 0 ? { warnings } : {}),
      ...(isGone ? {} : { partial: true as const }),
    };
  },
});
