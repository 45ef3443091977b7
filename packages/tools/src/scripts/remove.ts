import { z } from 'zod';
import { defineTool } from '../define.ts';
import { SCRIPT } from '../shared/config-kinds.ts';
import { removeConfig } from '../shared/config-remove.ts';
import { previewParameter, successShape } from '../shared/parameters.ts';

export const tool = defineTool({
  name: 'ha_config_remove_script',
  title: 'Remove Script',
  docs: 'Removes a script for good; the hub keeps its last configuration as an edit. Automations and dashboards that call it keep calling what is no longer there.',
  tags: ['Scripts'],
  scope: 'home',
  effect: 'destroy',
  idempotent: true,
  input: z.strictObject({
    script_id: z.string().describe('morning_routine or script.morning_routine'),
    wait: z.boolean().default(true).describe('until its entity has left'),
    preview: previewParameter,
  }),
  output: z.strictObject({
    ...successShape,
    action: z.literal('delete'),
    script_id: z.string(),
    result: z.literal('ok'),
    operation: z.literal('deleted'),
  }),
  items: ({ script_id }) => [{ kind: 'script', id: script_id }],
  isOneEdit: () => true,
  async run({ script_id, wait }, context) {
    const { item, warnings } = await removeConfig(context, SCRIPT, script_id, wait);
    return {
      success: true as const,
      action: 'delete' as const,
      script_id: item.id,
      result: 'ok' as const,
      operation: 'deleted' as const,
      ...(warnings.length > 0 ? { warnings } : {}),
    };
  },
});
