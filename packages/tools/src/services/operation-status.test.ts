import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { someLight, switchTo } from '../testing/some-light.ts';
import { putOperation } from './operation.ts';
import { tool } from './operation-status.ts';

await describeHomes('ha_get_operation_status', (context) => {
  it('waits for the state and then says completed', async () => {
    const at = context();
    const light = await someLight(at.home);
    await switchTo(at.home, light, 'on');
    await at.home.states();
    const sent = {
      entity_id: light,
      action: 'off',
      expected_state: 'off',
      before: null,
      started_at: Date.now(),
      final_state: null,
      duration_ms: null,
    };
    const id = await putOperation(at.results, sent);
    const asked = runTool(tool, { operation_id: id, timeout_seconds: 10 }, at);
    await switchTo(at.home, light, 'off');
    expect(await asked).toMatchObject({ status: 'completed', final_state: 'off', success: true });
  });

  it('a device that shows nothing is a timeout, asked without patience it is pending', async () => {
    const at = context();
    const light = await someLight(at.home);
    const sent = {
      entity_id: light,
      action: 'on',
      expected_state: 'never',
      before: null,
      started_at: Date.now(),
      final_state: null,
      duration_ms: null,
    };
    const id = await putOperation(at.results, sent);
    await expect(runTool(tool, { operation_id: id, timeout_seconds: 1 }, at)).rejects.toMatchObject({
      code: 'TIMEOUT_OPERATION',
    });
    expect(await runTool(tool, { operation_id: id, timeout_seconds: 0 }, at)).toMatchObject({
      status: 'pending',
      success: false,
    });
  });

  it('an unknown id and an empty list are refused', async () => {
    await expect(runTool(tool, { operation_id: 'nope' }, context())).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
    });
    await expect(runTool(tool, { operation_id: [] }, context())).rejects.toMatchObject({
      code: 'VALIDATION_MISSING_PARAMETER',
    });
  });
});
