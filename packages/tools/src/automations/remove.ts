import { z } from 'zod';
import { defineTool } from '../define.ts';
import { AUTOMATION } from '../shared/config-kinds.ts';
import { removeConfig } from '../shared/config-remove.ts';
import { previewParameter, successShape } from '../shared/parameters.ts';

export const tool = defineTool({
  name: 'ha_config_remove_automation',
  title: 'Remove Automation',
  docs: 'Removes an automation for good; the hub keeps its last configuration as an edit. To only stop it from running, turn it off: ha_call_service automation.turn_off.',
  tags: ['Automations'],
  scope: 'home',
  effect: 'destroy',
  idempotent: true,
  input: z.strictObject({
    identifier: z.string().describe('entity id (automation.…) or stored id'),
    wait: z.boolean().default(true).describe('until its entity has left'),
    preview: previewParameter,
  }),
  output: z.strictObject({
    ...successShape,
    action: z.literal('delete'),
    automation_id: z.string(),
    unique_id: z.string(),
    result: z.literal('ok'),
    operation: z.literal('deleted'),
  }),
  items: ({ identifier }) => [{ kind: 'automation', id: identifier }],
  isOneEdit: () => true,
  async run({ identifier, wait }, context) {
    const { item, warnings } = await removeConfig(context, AUTOMATION, identifier, wait);
    return {
      success: true as const,
      action: 'delete' as const,
      automation_id: identifier,
      unique_id: item.id,
      result: 'ok' as const,
      operation: 'deleted' as const,
      ...(warnings.length > 0 ? { warnings } : {}),
    };
  },
});
