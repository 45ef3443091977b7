import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { someLight, switchTo } from '../testing/some-light.ts';
import { tool } from './bulk.ts';
import { tool as status } from './operation-status.ts';

await describeHomes('ha_bulk_control', (context) => {
  it('a row that fails does not stop the others, and each says how it went', async () => {
    const at = context();
    const light = await someLight(at.home);
    await switchTo(at.home, light, 'on');
    const answer = await runTool(
      tool,
      {
        operations: [
          { entity_id: light, action: 'off' },
          { entity_id: 'light.not_there', action: 'on' },
          { entity_id: light, action: 'fly' },
          { entity_id: light, colour: 'red' },
        ],
      },
      at,
    );
    expect(answer).toMatchObject({
      total_operations: 4,
      successful_commands: 1,
      failed_commands: 2,
      skipped_operations: 1,
      execution_mode: 'parallel',
    });
    expect(answer.results).toEqual([
      expect.objectContaining({ entity_id: light, status: 'completed', final_state: 'off' }),
      expect.objectContaining({ success: false, error: expect.objectContaining({ code: 'ENTITY_NOT_FOUND' }) }),
      expect.objectContaining({
        success: false,
        error: expect.objectContaining({ code: 'SERVICE_INVALID_ACTION' }),
        valid_actions: expect.arrayContaining(['on', 'off']),
      }),
    ]);
    expect((await at.home.states()).get(light)?.state).toBe('off');
  });

  it('its operation ids can be asked for afterwards', async () => {
    const at = context();
    const light = await someLight(at.home);
    const { operation_ids: ids } = await runTool(
      tool,
      { operations: [{ entity_id: light, action: 'toggle' }], parallel: false },
      at,
    );
    const [id] = ids as string[];
    expect(await runTool(status, { operation_id: id }, at)).toMatchObject({
      operation_id: id,
      status: 'completed',
      success: true,
      entity_id: light,
    });
    expect(await runTool(status, { operation_id: [id, 'unknown'] }, at)).toMatchObject({
      total_operations: 2,
      completed: 1,
      not_found: 1,
      all_complete: false,
    });
  });

  it('nothing to do and nothing usable are told apart', async () => {
    await expect(runTool(tool, { operations: [] }, context())).rejects.toMatchObject({
      code: 'VALIDATION_MISSING_PARAMETER',
    });
    await expect(runTool(tool, { operations: [{ entity: 'x' }] }, context())).rejects.toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
    });
  });

  it('names every row’s action for the policy', () => {
    const input = tool.input.parse({
      operations: [
        { entity_id: 'lock.front', action: 'unlock' },
        { entity_id: 'climate.hall', action: 'heat' },
        { entity_id: 'bad', action: 'on' },
      ],
    });
    expect(tool.targets?.(input)).toEqual([
      { action: 'lock.unlock', selector: { entity_id: 'lock.front' }, data: {} },
      { action: 'climate.set_hvac_mode', selector: { entity_id: 'climate.hall' }, data: { hvac_mode: 'heat' } },
    ]);
  });
});
