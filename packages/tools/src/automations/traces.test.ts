import { waitForEntity } from '@hub/ha/wait-for.ts';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { describeHomes, describeRealHome } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import type { TestToolContext } from '../testing/tool-context.ts';
import { tool as remove } from './remove.ts';
import { tool as set } from './set.ts';
import { tool } from './traces.ts';

const runs = z.looseObject({
  traces: z.array(z.looseObject({ run_id: z.string(), timestamp: z.looseObject({ start: z.string() }) })),
});

/** Runs it once and waits until Home Assistant says that it ran. */
async function trigger({ home, signal }: TestToolContext, entityId: string): Promise<void> {
  const last = (await home.states()).get(entityId)?.attributes['last_triggered'];
  await home.send({ type: 'call_service', domain: 'automation', service: 'trigger', target: { entity_id: entityId } });
  await waitForEntity(
    home,
    (state) =>
      state.entity_id === entityId && state.attributes['last_triggered'] !== last && state.attributes['current'] === 0,
    { deadlineMs: 10_000, signal },
  );
}

await describeHomes('ha_get_automation_traces', (context) => {
  it('lists runs newest first, in pages, and shows one with its steps', async () => {
    const at = context();
    const config = { alias: 'Trace test', triggers: [], actions: [{ event: 'trace_test_done' }] };
    const made = await runTool(set, { config }, at);
    const automation_id = made.entity_id ?? '';
    await trigger(at, automation_id);
    await trigger(at, automation_id);

    const list = await runTool(tool, { automation_id }, at);
    expect(list).toMatchObject({ automation_id, trace_count: 2, total_available: 2, order: 'newest', has_more: false });
    const [newest, oldest] = runs.parse(list).traces;
    expect(newest && oldest && newest.timestamp.start >= oldest.timestamp.start).toBe(true);
    const page = await runTool(tool, { automation_id, limit: 1, order: 'oldest' }, at);
    expect(page).toMatchObject({ trace_count: 1, has_more: true, traces: [{ run_id: oldest?.run_id }] });

    const detail = await runTool(tool, { automation_id, run_id: newest?.run_id, detailed: true }, at);
    expect(detail).toMatchObject({
      run_id: newest?.run_id,
      state: 'stopped',
      trigger: expect.any(Object),
      action_trace: [{ path: 'action/0', timestamp: expect.any(String) }],
      config_summary: { alias: 'Trace test', mode: 'single' },
      context: { id: expect.any(String) },
      logbook_entries: expect.any(Array),
    });
    const short = await runTool(tool, { automation_id, run_id: newest?.run_id, sections: 'actions, nonsense' }, at);
    expect(short).toMatchObject({
      action_trace: [{ path: 'action/0' }],
      warnings: [expect.stringContaining('nonsense')],
    });
    expect(short).not.toHaveProperty('config_summary');
    await runTool(remove, { identifier: made.unique_id }, at);
  });

  it('tells why there are no runs', async () => {
    const at = context();
    const made = await runTool(set, { config: { alias: 'Trace test idle', triggers: [], actions: [] } }, at);
    expect(await runTool(tool, { automation_id: made.entity_id }, at)).toMatchObject({
      trace_count: 0,
      traces: [],
      diagnostics: {
        automation_exists: true,
        automation_enabled: true,
        trace_storage_enabled: true,
        last_triggered: null,
        suggestion: expect.stringContaining('never run'),
      },
    });
    await runTool(remove, { identifier: made.unique_id }, at);
    expect(await runTool(tool, { automation_id: 'automation.trace_test_nowhere' }, at)).toMatchObject({
      diagnostics: { automation_exists: false },
    });
  });

  it('names the runs there are when asked for another', async () => {
    const at = context();
    const made = await runTool(set, { config: { alias: 'Trace test runs', triggers: [], actions: [] } }, at);
    await trigger(at, made.entity_id ?? '');
    await expect(runTool(tool, { automation_id: made.entity_id, run_id: 'none' }, at)).rejects.toMatchObject({
      code: 'SERVICE_CALL_FAILED',
      context: { available_run_ids: [expect.any(String)] },
    });
    await runTool(remove, { identifier: made.unique_id }, at);
  });

  it('is for automations and scripts only', async () => {
    await expect(runTool(tool, { automation_id: 'sensor.any' }, context())).rejects.toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
    });
  });
});

await describeRealHome('ha_get_automation_traces', (context) => {
  it('names in the list the condition that stopped the newest run, as it is written', async () => {
    const at = context();
    const never = { condition: 'time', after: '00:00:01', before: '00:00:02' };
    const config = {
      alias: 'Trace test stopped',
      triggers: [{ trigger: 'event', event_type: 'trace_test_stopped' }],
      conditions: [never],
      actions: [],
    };
    const made = await runTool(set, { config }, at);
    await at.home.send({ type: 'fire_event', event_type: 'trace_test_stopped' });
    const list = await runTool(tool, { automation_id: made.entity_id }, at);
    expect(list).toMatchObject({
      traces: [
        { execution: 'failed_conditions', stopped_by: [{ path: 'condition/0', condition: never, result: false }] },
      ],
      hint: expect.stringMatching(/^stopped_by/),
    });
    await runTool(remove, { identifier: made.unique_id }, at);
  });
});
