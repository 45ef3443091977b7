import { z } from 'zod';
import { defineTool } from '../define.ts';
import { configShape, getConfig } from '../shared/config-get.ts';
import { SCENE } from '../shared/config-kinds.ts';
import { count, successShape } from '../shared/parameters.ts';
import { listScenes, sceneListShape } from './list.ts';

const sceneShape = z.strictObject({
  ...successShape,
  action: z.literal('get'),
  scene_id: z.string(),
  config: configShape,
  config_hash: z.string(),
  category: z.string().optional(),
});

export const tool = defineTool({
  name: 'ha_config_get_scene',
  title: 'Get Scene Config',
  docs: "A scene's name and the states it sets, keyed by entity id, with the config_hash that a python_transform needs; without scene_id lists the scenes that have one. Scenes of a bridge or of hand-written YAML have no such configuration.",
  tags: ['Scenes'],
  scope: 'home',
  effect: 'read',
  idempotent: true,
  input: z.strictObject({
    scene_id: z.string().optional().describe('stored id or entity id (scene.…)'),
    query: z.string().optional().describe('list: part of a name'),
    search_in_config: z.boolean().default(false).describe('list: look into the configurations too'),
    limit: count(1, 200).default(50),
    offset: count(0).default(0),
  }),
  output: z.union([sceneShape, sceneListShape]),
  async run({ scene_id, query, search_in_config: searchInConfig, limit, offset }, context) {
    const { home } = context;
    if (scene_id === undefined) return listScenes(context, { query, searchInConfig, limit, offset });
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
