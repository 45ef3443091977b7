import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { createHeldJobs, heldJob } from '../testing/held-jobs.ts';
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

  it('takes the job that long work handed out as its operation', async () => {
    const at = context();
    const ended = { progress: undefined, finishedAt: new Date() };
    const jobs = createHeldJobs([
      heldJob('going'),
      heldJob('done', { ...ended, state: 'done', result: { backup_id: 'b' } }),
      heldJob('lost', { ...ended, state: 'failed', error: { code: 'RESOURCE_LOCKED', message: 'the home is busy' } }),
    ]);
    const status = (args: object) => runTool(tool, args, { ...at, jobs });
    expect(await status({ operation_id: 'going' })).toMatchObject({ status: 'pending', success: false });
    expect(await status({ operation_id: 'done' })).toMatchObject({
      ...{ status: 'completed', success: true, details: { result: { backup_id: 'b' } } },
    });
    await expect(status({ operation_id: 'lost' })).rejects.toMatchObject({ code: 'SERVICE_CALL_FAILED' });
    expect(await status({ operation_id: ['going', 'done', 'lost', 'nope'] })).toMatchObject({
      ...{ total_operations: 4, completed: 1, pending: 1, failed: 1, not_found: 1 },
    });
  });

  it('an unknown id and an empty list are refused', async () => {
    const at = { ...context(), jobs: createHeldJobs([]) };
    await expect(runTool(tool, { operation_id: 'nope' }, at)).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
    });
    await expect(runTool(tool, { operation_id: [] }, context())).rejects.toMatchObject({
      code: 'VALIDATION_MISSING_PARAMETER',
    });
  });
});
