import { z } from 'zod';
import { defineTool } from '../define.ts';
import { configShape, getConfig } from '../shared/config-get.ts';
import { SCENE } from '../shared/config-kinds.ts';
import { successShape } from '../shared/parameters.ts';

export const tool = defineTool({
  name: 'ha_config_get_scene',
  title: 'Get Scene Config',
  docs: "A scene's name and the states it sets, keyed by entity id, with the config_hash that a python_transform needs. Scenes of a bridge or of hand-written YAML have no such configuration.",
  tags: ['Scenes'],
  scope: 'home',
  effect: 'read',
  idempotent: true,
  input: z.strictObject({ scene_id: z.string().describe('stored id or entity id (scene.…)') }),
  output: z.strictObject({
    ...successShape,
    action: z.literal('get'),
    scene_id: z.string(),
    config: configShape,
    config_hash: z.string(),
    category: z.string().optional(),
  }),
  async run({ scene_id }, { home }) {
    const { item, config, hash, category } = await getConfig(home, SCENE, scene_id);
    return {
      success: true as const,
      action: 'get' as const,
      scene_id: item.id,
      config,
      config_hash: hash,
      ...(category === undefined ? {} : { category }),
    };
  },
});
