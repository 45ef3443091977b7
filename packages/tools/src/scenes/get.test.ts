import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool } from './get.ts';
import { tool as remove } from './remove.ts';
import { tool as set } from './set.ts';

const config = { name: 'Get test scene', icon: 'mdi:flask', entities: { 'sun.sun': { state: 'above_horizon' } } };

await describeHomes('ha_config_get_scene', (context) => {
  it('finds it by stored id and by entity id', async () => {
    const at = context();
    const { config_hash } = await runTool(set, { scene_id: 'get_test_key', config }, at);
    for (const scene_id of ['get_test_key', 'scene.get_test_scene', 'get_test_scene']) {
      expect(await runTool(tool, { scene_id }, at)).toEqual({
        success: true,
        action: 'get',
        scene_id: 'get_test_key',
        config: { id: 'get_test_key', ...config },
        config_hash,
      });
    }
    await runTool(remove, { scene_id: 'get_test_key' }, at);
  });

  it('says so when there is none', async () => {
    await expect(runTool(tool, { scene_id: 'get_test_nowhere' }, context())).rejects.toMatchObject({
      code: 'ENTITY_NOT_FOUND',
      context: { scene_id: 'get_test_nowhere', available_scene_ids: expect.any(Array) },
    });
  });
});
