import { z } from 'zod';
import { defineTool } from '../define.ts';
import { SCENE } from '../shared/config-kinds.ts';
import { setParameters, setShape } from '../shared/config-parameters.ts';
import { setConfig } from '../shared/config-set.ts';

export const tool = defineTool({
  name: 'ha_config_set_scene',
  title: 'Create or Update Scene',
  docs: 'Creates a scene or replaces the one with this id: give name, and entities as a dict keyed by entity id with the state and attributes each shall have (icon as needed). To change only a part, read it with ha_config_get_scene and send a python_transform with its config_hash.',
  tags: ['Scenes'],
  scope: 'home',
  effect: 'configure',
  input: z.strictObject({ scene_id: z.string().describe('e.g. movie_night'), ...setParameters }),
  output: z.strictObject({ ...setShape, scene_id: z.string(), entity_id: z.string().nullable() }),
  items: ({ scene_id }) => [{ kind: 'scene', id: scene_id }],
  async run(input, context) {
    const { id, entityId, answer } = await setConfig(context, SCENE, input.scene_id, input);
    return { ...answer, scene_id: id, entity_id: entityId ?? null };
  },
});
