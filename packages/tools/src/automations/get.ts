import { z } from 'zod';
import { defineTool } from '../define.ts';
import { configShape, getConfig } from '../shared/config-get.ts';
import { AUTOMATION } from '../shared/config-kinds.ts';
import { successShape } from '../shared/parameters.ts';

export const tool = defineTool({
  name: 'ha_config_get_automation',
  title: 'Get Automation Config',
  docs: "An automation's whole configuration, with triggers, conditions and actions as lists, and the config_hash that a python_transform needs. Use ha_search first when unsure which automation is meant.",
  tags: ['Automations'],
  scope: 'home',
  effect: 'read',
  idempotent: true,
  input: z.strictObject({ identifier: z.string().describe('entity id (automation.…) or stored id') }),
  output: z.strictObject({
    ...successShape,
    action: z.literal('get'),
    automation_id: z.string(),
    config: configShape,
    config_hash: z.string(),
  }),
  async run({ identifier }, { home }) {
    const { config, hash, category, warnings } = await getConfig(home, AUTOMATION, identifier);
    return {
      success: true as const,
      action: 'get' as const,
      automation_id: identifier,
      config: category === undefined ? config : { ...config, category },
      config_hash: hash,
      ...(warnings.length > 0 ? { warnings: [...warnings] } : {}),
    };
  },
});
