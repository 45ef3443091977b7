import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { someLight, switchTo } from '../testing/some-light.ts';
import { tool as remove } from './remove.ts';
import { tool } from './set.ts';

await describeHomes('ha_config_set_scene that activates', (context) => {
  it('sets what it wrote, and a stored one alone', async () => {
    const at = context();
    const light = await someLight(at.home);
    await switchTo(at.home, light, 'on');
    const config = { name: 'Activate test', entities: { [light]: { state: 'off' } } };
    const made = await runTool(tool, { scene_id: 'activate_test', config, activate: true }, at);
    expect(made).toMatchObject({ operation: 'created', activated: true });
    expect((await at.home.states()).get(light)?.state).toBe('off');
    await switchTo(at.home, light, 'on');
    expect(await runTool(tool, { scene_id: 'activate_test', activate: true }, at)).toMatchObject({
      action: 'activate',
      activated: true,
      entity_id: made.entity_id,
    });
    expect((await at.home.states()).get(light)?.state).toBe('off');
    await runTool(remove, { scene_id: 'activate_test' }, at);
  });

  it('is judged by what it sets, written or stored', async () => {
    const at = context();
    const lock = [...(await at.home.states()).keys()].find((id) => id.startsWith('lock.')) ?? '';
    const config = { name: 'Open house', entities: { [lock]: { state: 'unlocked' } } };
    const effect = (args: object) =>
      tool.effectIn?.(tool.input.parse({ scene_id: 'activate_lock', ...args }), at.home, new Map());
    expect(await effect({ config })).toBe('control');
    expect(await effect({ config, activate: true })).toBe('secure');
    await runTool(tool, { scene_id: 'activate_lock', config }, at);
    expect(await effect({ activate: true })).toBe('secure');
    await runTool(remove, { scene_id: 'activate_lock' }, at);
    await expect(runTool(tool, { scene_id: 'activate_lock', activate: true }, at)).rejects.toMatchObject({
      code: 'ENTITY_NOT_FOUND',
    });
  });
});
