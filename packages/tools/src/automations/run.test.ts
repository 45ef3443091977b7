import { expect, it } from 'vitest';
import { describeHomes, describeRealHome } from '../testing/each-home.ts';
import { withHelper } from '../testing/own-helper.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool as get } from './get.ts';
import { tool as remove } from './remove.ts';
import { tool } from './set.ts';

const turningOn = (entityId: string) => ({
  alias: 'Run test',
  triggers: [{ trigger: 'event', event_type: 'never_fired' }],
  actions: [{ action: 'input_boolean.turn_on', target: { entity_id: entityId } }],
});

await describeHomes('ha_config_set_automation that runs or switches', (context) => {
  it('runs what it has just written, and switches it off', async () => {
    const at = context();
    await withHelper(at.home, 'Run Test Lamp', async (entityId) => {
      const made = await runTool(tool, { config: turningOn(entityId), run_actions: true }, at);
      expect(made).toMatchObject({ operation: 'created', actions_triggered: true });
      expect(made.warnings).toBeUndefined();
      expect((await at.home.states()).get(entityId)?.state).toBe('on');
      const off = await runTool(tool, { identifier: made.unique_id, enabled: false }, at);
      expect(off).toMatchObject({
        action: 'set_enabled',
        enabled: false,
        enabled_applied: true,
        entity_id: made.entity_id,
      });
      expect((await at.home.states()).get(made.entity_id ?? '')?.state).toBe('off');
      expect(at.keptEdits).toHaveLength(1);
      const both = { identifier: made.entity_id, enabled: true, run_actions: true };
      expect(await runTool(tool, both, at)).toMatchObject({ enabled: true, actions_triggered: true });
      await runTool(remove, { identifier: made.unique_id }, at);
    });
  });

  it('refuses to run what there is not, or to file while running', async () => {
    const at = context();
    const refused = (args: object) => expect(runTool(tool, args, at)).rejects;
    await refused({ enabled: true }).toMatchObject({ code: 'VALIDATION_INVALID_PARAMETER' });
    await refused({ identifier: 'automation.nowhere', run_actions: true }).toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
    });
    await refused({ identifier: 'automation.x', enabled: true, category: 'y' }).toMatchObject({
      context: { parameter: 'category' },
    });
    await refused({ identifier: 'a', config: {}, take_control_of_blueprint: true }).toMatchObject({
      context: { parameter: 'take_control_of_blueprint' },
    });
  });

  it('is judged by what it would run', async () => {
    const at = context();
    const lock = [...(await at.home.states()).keys()].find((id) => id.startsWith('lock.')) ?? '';
    const unlocking = { ...turningOn('x'), actions: [{ action: 'lock.unlock', target: { entity_id: lock } }] };
    const effect = (args: object) => tool.effectIn?.(tool.input.parse(args), at.home, new Map());
    expect(await effect({ config: unlocking })).toBe('control');
    expect(await effect({ config: unlocking, run_actions: true })).toBe('secure');
    expect(await effect({ config: turningOn('light.a'), run_actions: true })).toBe('control');
    expect(await effect({ identifier: 'a', python_transform: 'x', config_hash: 'y', run_actions: true })).toBe(
      'secure',
    );
    const made = await runTool(tool, { config: unlocking }, at);
    expect(await effect({ identifier: made.unique_id, run_actions: true })).toBe('secure');
    expect(await effect({ identifier: made.entity_id, enabled: true })).toBe('secure');
    expect(await effect({ identifier: made.entity_id, enabled: false })).toBe('control');
    await runTool(remove, { identifier: made.unique_id }, at);
  });
});

await describeRealHome('ha_config_set_automation that takes control of a blueprint', (context) => {
  it('gives it the triggers and actions the blueprint made, under its own name', async () => {
    const at = context();
    const input = { motion_entity: 'binary_sensor.movement_backyard', light_target: { entity_id: 'light.bed_light' } };
    const use_blueprint = { path: 'homeassistant/motion_light.yaml', input };
    const made = await runTool(tool, { config: { alias: 'Taken over', description: 'Own words', use_blueprint } }, at);
    const taken = await runTool(tool, { identifier: made.unique_id, take_control_of_blueprint: true }, at);
    expect(taken).toMatchObject({ action: 'take_control_of_blueprint', operation: 'updated' });
    const { config } = await runTool(get, { identifier: made.unique_id }, at);
    expect(config).toMatchObject({ alias: 'Taken over', description: 'Own words', triggers: [expect.anything()] });
    expect(config).not.toHaveProperty('use_blueprint');
    expect(JSON.stringify(config['actions'])).toContain('light.bed_light');
    await expect(
      runTool(tool, { identifier: made.unique_id, take_control_of_blueprint: true }, at),
    ).rejects.toMatchObject({ message: expect.stringContaining('not built on a blueprint') });
    await runTool(remove, { identifier: made.unique_id }, at);
  });
});
