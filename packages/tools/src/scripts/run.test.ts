import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { withHelper } from '../testing/own-helper.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool as remove } from './remove.ts';
import { tool } from './set.ts';

await describeHomes('ha_config_set_script that runs', (context) => {
  it('starts and stops one by its id, and needs no other write for it', async () => {
    const at = context();
    await withHelper(at.home, 'Script Run Lamp', async (entityId) => {
      const sequence = [{ action: 'input_boolean.turn_on', target: { entity_id: entityId } }];
      await runTool(tool, { script_id: 'run_test', config: { alias: 'Run test', sequence } }, at);
      expect(await runTool(tool, { script_id: 'run_test', run: 'start', variables: { a: 1 } }, at)).toMatchObject({
        success: true,
        action: 'start',
        script_id: 'run_test',
        entity_id: 'script.run_test',
      });
      expect((await at.home.states()).get(entityId)?.state).toBe('on');
      expect(await runTool(tool, { script_id: 'script.run_test', run: 'stop' }, at)).toMatchObject({ action: 'stop' });
      expect(at.keptEdits).toHaveLength(1);
      const start = tool.input.parse({ script_id: 'run_test', run: 'start' });
      expect(await tool.effectIn?.(start, at.home, new Map())).toBe('control');
      await runTool(remove, { script_id: 'run_test' }, at);
    });
  });

  it('refuses a run beside a write, variables without a start, and a script there is not', async () => {
    const at = context();
    const refused = (args: object) => expect(runTool(tool, { script_id: 'run_none', ...args }, at)).rejects;
    const code = 'VALIDATION_INVALID_PARAMETER';
    await refused({ run: 'start', config: { sequence: [] } }).toMatchObject({ code });
    await refused({ run: 'start', take_control_of_blueprint: true }).toMatchObject({ code });
    await refused({ run: 'start', category: 'x' }).toMatchObject({ code });
    await refused({ run: 'stop', variables: {} }).toMatchObject({ code, context: { parameter: 'variables' } });
    await refused({ variables: {} }).toMatchObject({ code });
    await refused({ run: 'start' }).toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
  });

  it('is judged by what the script can do, by whichever id', async () => {
    const at = context();
    const lock = [...(await at.home.states()).keys()].find((id) => id.startsWith('lock.')) ?? '';
    const sequence = [{ action: 'lock.unlock', target: { entity_id: lock } }];
    await runTool(tool, { script_id: 'run_test_lock', config: { alias: 'Let in', sequence } }, at);
    for (const script_id of ['run_test_lock', 'script.run_test_lock'])
      expect(await tool.effectIn?.(tool.input.parse({ script_id, run: 'start' }), at.home, new Map())).toBe('secure');
    await runTool(remove, { script_id: 'run_test_lock' }, at);
  });
});
