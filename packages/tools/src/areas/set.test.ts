import { areaRegistry, floorRegistry, labelRegistry } from '@hub/ha/registries.ts';
import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool } from './set.ts';

await describeHomes('ha_set_area_or_floor', (context) => {
  it('a name alone creates, and keeps nothing before and the new row after', async () => {
    const at = context();
    const answer = await runTool(
      tool,
      { kind: 'area', name: 'Set Test Room', icon: 'mdi:sofa', aliases: 'den, nook' },
      at,
    );
    expect(answer).toMatchObject({ success: true, kind: 'area', area_id: 'set_test_room' });
    expect(answer.area).toMatchObject({ name: 'Set Test Room', icon: 'mdi:sofa' });
    expect(new Set(answer.area?.['aliases'] as string[])).toEqual(new Set(['den', 'nook']));
    expect(at.keptEdits).toEqual([
      { item: { kind: 'area', id: 'set_test_room' }, before: undefined, after: answer.area },
    ]);
    expect((await at.home.areas()).get('set_test_room')).toMatchObject({ icon: 'mdi:sofa' });
    await areaRegistry.remove(at.home, 'set_test_room');
  });

  it("changes only what is given, and '' clears", async () => {
    const at = context();
    const floor = await floorRegistry.create(at.home, { name: 'Set Test Floor', level: 3 });
    const area = await areaRegistry.create(at.home, {
      name: 'Set Test Loft',
      icon: 'mdi:bed',
      floor_id: floor.floor_id,
    });
    const label = await labelRegistry.create(at.home, { name: 'Set Test Label' });
    const set = (more: object) => runTool(tool, { kind: 'area', id: area.area_id, ...more }, at);
    expect((await set({ name: 'Set Test Attic', labels: 'set test label' })).area).toMatchObject({
      name: 'Set Test Attic',
      icon: 'mdi:bed',
      floor_id: floor.floor_id,
      labels: [label.label_id],
    });
    expect((await set({ floor_id: '', icon: '' })).area).toMatchObject({ floor_id: null, icon: null });
    expect((await set({ floor_id: 'Set Test Floor' })).area).toMatchObject({ floor_id: floor.floor_id });
    expect(at.keptEdits[0]).toMatchObject({ before: { name: 'Set Test Loft' }, after: { name: 'Set Test Attic' } });
    await areaRegistry.remove(at.home, area.area_id);
    await floorRegistry.remove(at.home, floor.floor_id);
    await labelRegistry.remove(at.home, label.label_id);
  });

  it('creates and changes floors with their level', async () => {
    const at = context();
    const made = await runTool(tool, { kind: 'floor', name: 'Set Test Basement', level: -1 }, at);
    expect(made).toMatchObject({ floor_id: 'set_test_basement', floor: { level: -1 } });
    const moved = await runTool(tool, { kind: 'floor', id: 'set_test_basement', level: 0 }, at);
    expect(moved.floor).toMatchObject({ name: 'Set Test Basement', level: 0 });
    await floorRegistry.remove(at.home, 'set_test_basement');
  });

  it('refuses what belongs to the other kind, an unknown floor or label, and nothing to do', async () => {
    const at = context();
    const refused = (args: object) => expect(runTool(tool, args, at)).rejects;
    await refused({ kind: 'floor', name: 'X', picture: '/a.png', floor_id: 'y' }).toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
      context: { invalid_parameters: ['floor_id', 'picture'] },
    });
    await refused({ kind: 'area', name: 'X', level: 1 }).toMatchObject({ context: { invalid_parameters: ['level'] } });
    await refused({ kind: 'area', name: 'X', floor_id: 'no_such_floor' }).toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
      message: expect.stringContaining('no_such_floor'),
    });
    await refused({ kind: 'area', name: 'X', labels: ['no_such_label'] }).toMatchObject({
      context: { unknown_labels: ['no_such_label'] },
    });
    await refused({ kind: 'area' }).toMatchObject({ context: { parameter: 'name' } });
    await refused({ kind: 'area', id: ' ', name: 'X' }).toMatchObject({ context: { parameter: 'id' } });
    await refused({ kind: 'area', id: 'anything' }).toMatchObject({ code: 'VALIDATION_INVALID_PARAMETER' });
    expect(at.keptEdits).toEqual([]);
  });

  it("gives Home Assistant's reason for a taken name, and says which ids there are for an unknown one", async () => {
    const at = context();
    const area = await areaRegistry.create(at.home, { name: 'Set Test Taken' });
    await expect(runTool(tool, { kind: 'area', name: 'Set Test Taken' }, at)).rejects.toMatchObject({
      code: 'SERVICE_CALL_FAILED',
      message: expect.stringContaining('already in use'),
    });
    await expect(runTool(tool, { kind: 'area', id: 'no_such_area', name: 'Y' }, at)).rejects.toMatchObject({
      code: 'SERVICE_CALL_FAILED',
      context: { available_area_ids: expect.arrayContaining([area.area_id]) },
    });
    await areaRegistry.remove(at.home, area.area_id);
  });
});
