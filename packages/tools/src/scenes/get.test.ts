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

  it('without an id lists them by pages, and finds one by its name or by what it sets', async () => {
    const at = context();
    await runTool(set, { scene_id: 'get_test_key', config }, at);
    const row = { scene_id: 'get_test_key', entity_id: 'scene.get_test_scene', name: 'Get test scene' };
    expect(await runTool(tool, { query: 'GET TEST' }, at)).toMatchObject({ action: 'list', scenes: [row] });
    const inConfig = { query: 'above_horizon', search_in_config: true };
    expect(await runTool(tool, inConfig, at)).toMatchObject({
      scenes: expect.arrayContaining([expect.objectContaining(row)]),
    });
    expect(await runTool(tool, { query: 'above_horizon' }, at)).toMatchObject({ scenes: [], total_count: 0 });
    expect(await runTool(tool, { limit: 1, offset: 10_000 }, at)).toMatchObject({
      scenes: [],
      count: 0,
      has_more: false,
    });
    await runTool(remove, { scene_id: 'get_test_key' }, at);
  });

  it('says so when there is none', async () => {
    await expect(runTool(tool, { scene_id: 'get_test_nowhere' }, context())).rejects.toMatchObject({
      code: 'ENTITY_NOT_FOUND',
      context: { scene_id: 'get_test_nowhere', available_scene_ids: expect.any(Array) },
    });
  });
});
