import { z } from 'zod';
import { defineTool } from '../define.ts';
import { configShape, getConfig } from '../shared/config-get.ts';
import { SCRIPT } from '../shared/config-kinds.ts';
import { successShape } from '../shared/parameters.ts';

export const tool = defineTool({
  name: 'ha_config_get_script',
  title: 'Get Script Config',
  docs: "A script's whole configuration and the config_hash that a python_transform needs. A renamed script is found by its entity id as well.",
  tags: ['Scripts'],
  scope: 'home',
  effect: 'read',
  idempotent: true,
  input: z.strictObject({ script_id: z.string().describe('morning_routine or script.morning_routine') }),
  output: z.strictObject({
    ...successShape,
    action: z.literal('get'),
    script_id: z.string(),
    config: z.strictObject({
      success: z.literal(true),
      script_id: z.string(),
      config: configShape,
      category: z.string().optional(),
    }),
    config_hash: z.string(),
  }),
  async run({ script_id }, { home }) {
    const { item, config, hash, category, warnings } = await getConfig(home, SCRIPT, script_id);
    const envelope = { success: true as const, script_id: item.id, config };
    return {
      success: true as const,
      action: 'get' as const,
      script_id: item.id,
      config: category === undefined ? envelope : { ...envelope, category },
      config_hash: hash,
      ...(warnings.length > 0 ? { warnings: [...warnings] } : {}),
    };
  },
});
