import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool } from './get.ts';
import { tool as remove } from './remove.ts';
import { tool as set } from './set.ts';

const config = { alias: 'Get test', sequence: [{ delay: { seconds: 1 } }] };

await describeHomes('ha_config_get_script', (context) => {
  it('wraps the config in an envelope that names the script', async () => {
    const at = context();
    const { config_hash } = await runTool(set, { script_id: 'get_test', config }, at);
    for (const script_id of ['get_test', 'script.get_test']) {
      expect(await runTool(tool, { script_id }, at)).toEqual({
        success: true,
        action: 'get',
        script_id: 'get_test',
        config: { success: true, script_id: 'get_test', config },
        config_hash,
      });
    }
    await runTool(remove, { script_id: 'get_test' }, at);
  });

  it('says so when there is none', async () => {
    for (const script_id of ['get_test_nowhere', 'not.a.script.id']) {
      await expect(runTool(tool, { script_id }, context())).rejects.toMatchObject({
        code: 'RESOURCE_NOT_FOUND',
        context: { script_id, available_script_ids: expect.any(Array) },
      });
    }
  });
});
