import type { Effect } from '@hub/core/effect.ts';
import { actionEffect, type Reached } from '@hub/ha/effects.ts';
import type { View } from '@hub/ha/view.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { SCENE } from '../shared/config-kinds.ts';
import { isItemAlone, isWriting, setOrRunShape, setParameters } from '../shared/config-parameters.ts';
import { loadedEntity, runAfterWrite, runItem, storedEffect } from '../shared/config-run.ts';
import { setConfig } from '../shared/config-set.ts';

const input = z.strictObject({
  scene_id: z.string().describe('e.g. movie_night'),
  ...setParameters,
  activate: z.boolean().default(false).describe('sets it in the home now, with a write or alone'),
});

type Input = z.infer<typeof input>;

export const tool = defineTool({
  name: 'ha_config_set_scene',
  title: 'Create or Update Scene',
  docs: 'Creates a scene or replaces the one with this id: give name, and entities as a dict keyed by entity id with the state and attributes each shall have (icon as needed). To change only a part, read it with ha_config_get_scene and send a python_transform with its config_hash.',
  tags: ['Scenes'],
  scope: 'home',
  effect: 'configure',
  input,
  output: z.strictObject({
    ...setOrRunShape,
    scene_id: z.string(),
    entity_id: z.string().nullable(),
    activated: z.boolean().optional(),
  }),
  items: ({ scene_id }) => [{ kind: 'scene', id: scene_id }],
  isOneEdit: (call) => isItemAlone(call) && !call.activate,
  effectIn,
  async run(call, context) {
    if (call.activate && !isWriting(call) && call.category === undefined) return activate(call, context);
    const written = await setConfig(context, SCENE, call.scene_id, { ...call, wait: call.wait || call.activate });
    const run = call.activate ? await runAfterWrite(context, 'scene.turn_on', written) : undefined;
    const warnings = [...(written.answer.warnings ?? []), ...(run?.warnings ?? [])];
    return {
      ...written.answer,
      scene_id: written.id,
      entity_id: written.entityId ?? null,
      ...(run ? { activated: run.isDone } : {}),
      ...(warnings.length > 0 ? { warnings } : {}),
    };
  },
});

/** A scene that is written and set in the same call is judged by what is written. */
async function effectIn(call: Input, view: View, reached: Reached): Promise<Effect> {
  const { activate: sets, config, python_transform, scene_id } = call;
  if (!sets) return 'control';
  if (python_transform !== undefined) return 'secure';
  if (config) return actionEffect('scene.apply', [], view, { entities: config['entities'] }, reached);
  return storedEffect(view, SCENE, scene_id, 'scene.turn_on', reached);
}

async function activate({ scene_id }: Input, context: ToolContext) {
  const { id, entityId } = await loadedEntity(context.home, SCENE, scene_id);
  const warnings = await runItem(context, 'scene.turn_on', entityId);
  return {
    success: true as const,
    action: 'activate' as const,
    scene_id: id,
    entity_id: entityId,
    activated: true,
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}
