import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool } from './remove.ts';
import { tool as set } from './set.ts';

const config = { name: 'Remove test scene', entities: { 'sun.sun': { state: 'above_horizon' } } };

await describeHomes('ha_config_remove_scene', (context) => {
  it('removes it by its entity id until the entity has left, and keeps what it was', async () => {
    const at = context();
    await runTool(set, { scene_id: 'remove_test_key', config }, at);
    expect(await runTool(tool, { scene_id: 'scene.remove_test_scene' }, at)).toEqual({
      success: true,
      action: 'delete',
      scene_id: 'remove_test_key',
      result: 'ok',
      operation: 'deleted',
    });
    expect((await at.home.states()).has('scene.remove_test_scene')).toBe(false);
    expect(at.keptEdits.at(-1)).toMatchObject({ before: config, after: undefined });
  });

  it('says so when there is none', async () => {
    await expect(runTool(tool, { scene_id: 'scene.remove_test_nowhere' }, context())).rejects.toMatchObject({
      code: 'ENTITY_NOT_FOUND',
    });
  });
});
