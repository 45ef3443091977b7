import { z } from 'zod';
import { defineTool } from '../define.ts';
import { SCENE } from '../shared/config-kinds.ts';
import { removeConfig } from '../shared/config-remove.ts';
import { previewParameter, successShape } from '../shared/parameters.ts';

export const tool = defineTool({
  name: 'ha_config_remove_scene',
  title: 'Remove Scene',
  docs: 'Removes a scene for good; the hub keeps its last configuration as an edit. The lights and switches it set stay as they are.',
  tags: ['Scenes'],
  scope: 'home',
  effect: 'destroy',
  idempotent: true,
  input: z.strictObject({
    scene_id: z.string().describe('stored id or entity id (scene.…)'),
    wait: z.boolean().default(true).describe('until its entity has left'),
    preview: previewParameter,
  }),
  output: z.strictObject({
    ...successShape,
    action: z.literal('delete'),
    scene_id: z.string(),
    result: z.literal('ok'),
    operation: z.literal('deleted'),
  }),
  items: ({ scene_id }) => [{ kind: 'scene', id: scene_id }],
  isOneEdit: () => true,
  async run({ scene_id, wait }, context) {
    const { item, warnings } = await removeConfig(context, SCENE, scene_id, wait);
    return {
      success: true as const,
      action: 'delete' as const,
      scene_id: item.id,
      result: 'ok' as const,
      operation: 'deleted' as const,
      ...(warnings.length > 0 ? { warnings } : {}),
    };
  },
});
