import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool } from './remove.ts';
import { tool as set } from './set.ts';

await describeHomes('ha_config_remove_script', (context) => {
  it('removes it until its entity has left, and keeps what it was', async () => {
    const at = context();
    await runTool(set, { script_id: 'remove_test', config: { sequence: [] } }, at);
    expect(await runTool(tool, { script_id: 'script.remove_test' }, at)).toEqual({
      success: true,
      action: 'delete',
      script_id: 'remove_test',
      result: 'ok',
      operation: 'deleted',
    });
    expect((await at.home.states()).has('script.remove_test')).toBe(false);
    expect(at.keptEdits.at(-1)).toMatchObject({ before: { sequence: [] }, after: undefined });
  });

  it('answers as Home Assistant does when there is none', async () => {
    await expect(runTool(tool, { script_id: 'remove_test_nowhere' }, context())).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      message: expect.stringContaining('not found'),
      context: { available_script_ids: expect.any(Array) },
    });
  });
});
