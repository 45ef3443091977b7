import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool as get } from './get.ts';
import { tool as remove } from './remove.ts';
import { tool } from './set.ts';

const config = { name: 'Set test lights', entities: { 'sun.sun': { state: 'above_horizon' } } };

await describeHomes('ha_config_set_scene', (context) => {
  it('creates one whose entity id comes from its name, then replaces it', async () => {
    const at = context();
    const made = await runTool(tool, { scene_id: 'set_test_key', config }, at);
    expect(made).toMatchObject({ scene_id: 'set_test_key', entity_id: 'scene.set_test_lights', operation: 'created' });
    const entities = { 'sun.sun': { state: 'below_horizon' } };
    const changed = await runTool(
      tool,
      { scene_id: 'set_test_key', config: { ...config, entities }, config_hash: made.config_hash },
      at,
    );
    expect(changed).toMatchObject({ entity_id: 'scene.set_test_lights', operation: 'updated' });
    expect([...(made.warnings ?? []), ...(changed.warnings ?? [])]).toEqual([]);
    expect(at.keptEdits.at(-1)).toMatchObject({ before: config, after: { name: config.name, entities } });
    await runTool(remove, { scene_id: 'set_test_key' }, at);
  });

  it('transforms one by its entity id', async () => {
    const at = context();
    const { config_hash } = await runTool(tool, { scene_id: 'set_test_change', config }, at);
    const python_transform = "config['entities']['sun.sun']['state'] = 'below_horizon'";
    const changed = await runTool(tool, { scene_id: 'scene.set_test_lights', config_hash, python_transform }, at);
    expect(changed).toMatchObject({ scene_id: 'set_test_change', action: 'python_transform' });
    const read = await runTool(get, { scene_id: 'set_test_change' }, at);
    expect(read).toMatchObject({
      config_hash: changed.config_hash,
      config: { entities: { 'sun.sun': { state: 'below_horizon' } } },
    });
    const stale = runTool(tool, { scene_id: 'set_test_change', config_hash, python_transform }, at);
    await expect(stale).rejects.toMatchObject({
      code: 'SERVICE_CALL_FAILED',
      context: expect.objectContaining({ current_config_hash: changed.config_hash }),
    });
    await runTool(remove, { scene_id: 'set_test_change' }, at);
  });

  it('wants entities keyed by entity id', async () => {
    const listed = { name: 'Set test list', entities: [{ entity_id: 'sun.sun', state: 'on' }] };
    await expect(runTool(tool, { scene_id: 'set_test_list', config: listed }, context())).rejects.toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
      message: expect.stringMatching(/entities.*dict/),
      context: { provided_type: 'list' },
    });
  });

  it('warns of entities the home has not', async () => {
    const at = context();
    const unknown = { name: 'Set test unknown', entities: { 'light.set_test_nowhere': 'on' } };
    const made = await runTool(tool, { scene_id: 'set_test_unknown', config: unknown }, at);
    expect(made.warnings).toEqual([expect.stringContaining('light.set_test_nowhere')]);
    await runTool(remove, { scene_id: 'set_test_unknown' }, at);
  });
});
