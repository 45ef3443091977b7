import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool } from './remove.ts';
import { tool as set } from './set.ts';

const config = { alias: 'Remove test', triggers: [], actions: [] };

await describeHomes('ha_config_remove_automation', (context) => {
  it('removes it, waits until its entity has left, and keeps what it was', async () => {
    const at = context();
    const made = await runTool(set, { config }, at);
    const gone = await runTool(tool, { identifier: made.entity_id }, at);
    expect(gone).toEqual({
      success: true,
      action: 'delete',
      automation_id: made.entity_id,
      unique_id: made.unique_id,
      result: 'ok',
      operation: 'deleted',
    });
    expect((await at.home.states()).has(made.entity_id ?? '')).toBe(false);
    expect(at.keptEdits.at(-1)).toMatchObject({
      item: { kind: 'automation', id: made.unique_id },
      before: { alias: 'Remove test' },
      after: undefined,
    });
  });

  it('says so when there is none, also the second time', async () => {
    const at = context();
    const made = await runTool(set, { config }, at);
    await runTool(tool, { identifier: made.unique_id }, at);
    for (const identifier of [made.unique_id, made.entity_id]) {
      await expect(runTool(tool, { identifier }, at)).rejects.toMatchObject({
        code: 'RESOURCE_NOT_FOUND',
        context: expect.objectContaining({ available_automation_ids: expect.any(Array) }),
      });
    }
  });
});
