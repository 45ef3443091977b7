import { startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { describe, expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { openView } from '../testing/open-view.ts';
import { runTool } from '../testing/run-tool.ts';
import { createToolContext } from '../testing/tool-context.ts';
import { tool } from './bulk.ts';

describe('ha_bulk_control with a selector', () => {
  it('reaches all of a kind in an area but those left out, and tells which', async () => {
    const home = await startSimulatedHome();
    await using open = await openView(home);
    const at = createToolContext({ view: open.view });
    const selector = { domain: 'light', area_ids: ['living_room'] };
    const trial = await runTool(tool, { selector, action: 'on', dry_run: true }, at);
    expect(trial).toMatchObject({ success: true, dry_run: true, dispatched: false });
    const [spared, ...others] = trial.resolution?.resolved_entity_ids ?? [];
    expect(others.length).toBeGreaterThan(0);
    const before = (await at.home.states()).get(spared ?? '')?.last_updated;
    const answer = await runTool(
      tool,
      { selector: { ...selector, exclude_entity_ids: [spared] }, action: 'toggle', parallel: false },
      at,
    );
    expect(answer).toMatchObject({
      total_operations: others.length,
      successful_commands: others.length,
      resolution: {
        resolved_entity_ids: others,
        excluded_entity_ids: [spared],
        selected_area_ids: ['living_room'],
        counts: { resolved: others.length, excluded: 1 },
      },
    });
    expect((await at.home.states()).get(spared ?? '')?.last_updated).toBe(before);
    await home.close();
  });

  it('is judged by what it reaches: the areas, without those left out', () => {
    const selector = { domain: 'cover', floor_ids: ['ground_floor'], exclude_entity_ids: ['cover.garage_door'] };
    const input = tool.input.parse({ selector, action: 'Open', parameters: { tilt: 3 } });
    expect(tool.targets?.(input)).toEqual([
      {
        action: 'cover.open_cover',
        selector: { area_id: [], floor_id: ['ground_floor'], exclude: { entity_id: ['cover.garage_door'] } },
        data: { tilt: 3 },
      },
    ]);
    expect(tool.targets?.(tool.input.parse({ selector, action: 'open', dry_run: true }))).toEqual([]);
  });
});

await describeHomes('ha_bulk_control with a selector that does not fit', (context) => {
  it('refuses it and sends nothing', async () => {
    const at = context();
    const [area] = [...(await at.home.areas()).keys()];
    const selector = { domain: 'light', area_ids: [area ?? ''] };
    const refused = (args: object) => expect(runTool(tool, args, at)).rejects;
    const code = 'VALIDATION_FAILED';
    await refused({}).toMatchObject({ code, context: { parameter: 'operations' } });
    await refused({ operations: [], selector, action: 'on' }).toMatchObject({
      code,
      context: { parameter: 'selector' },
    });
    await refused({ operations: [{}], dry_run: true }).toMatchObject({ code, context: { parameter: 'dry_run' } });
    await refused({ operations: [{}], action: 'on' }).toMatchObject({ code, context: { parameter: 'action' } });
    await refused({ selector }).toMatchObject({ code, context: { parameter: 'action' } });
    await refused({ selector, action: 'fly' }).toMatchObject({
      context: { valid_actions: expect.arrayContaining(['on']) },
    });
    await refused({ selector: { domain: 'light' }, action: 'on' }).toMatchObject({ code });
    await refused({ selector: { domain: 'scene', area_ids: [area] }, action: 'on' }).toMatchObject({ code });
    await refused({ selector: { domain: 'light', area_ids: ['no_such'] }, action: 'on' }).toMatchObject({
      context: { missing: [{ kind: 'area', id: 'no_such' }] },
    });
    await refused({
      selector: { ...selector, exclude_entity_ids: ['light.misspelt'] },
      action: 'on',
    }).toMatchObject({ context: { unknown: ['light.misspelt'] } });
    await refused({ selector, action: 'on', parameters: { area_id: 'garage' } }).toMatchObject({
      context: { parameter: 'parameters' },
    });
  });
});
