import { areaRegistry, floorRegistry } from '@hub/ha/registries.ts';
import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool } from './remove.ts';

await describeHomes('ha_remove_area_or_floor', (context) => {
  it('removes a floor, keeps it as an edit, and leaves its areas on no floor', async () => {
    const at = context();
    const floor = await floorRegistry.create(at.home, { name: 'Remove Test Floor' });
    const area = await areaRegistry.create(at.home, { name: 'Remove Test Room', floor_id: floor.floor_id });
    await expect(runTool(tool, { kind: 'floor', id: floor.floor_id }, at)).resolves.toMatchObject({
      success: true,
      kind: 'floor',
      floor_id: floor.floor_id,
    });
    const areas = await at.home.send({ type: 'config/area_registry/list' });
    expect(areas).toContainEqual(expect.objectContaining({ area_id: area.area_id, floor_id: null }));
    await runTool(tool, { kind: 'area', id: area.area_id }, at);
    const left = await at.home.send({ type: 'config/area_registry/list' });
    expect(left).not.toContainEqual(expect.objectContaining({ area_id: area.area_id }));
    expect(at.keptEdits).toMatchObject([
      { item: { kind: 'floor', id: floor.floor_id }, before: { name: 'Remove Test Floor' }, after: undefined },
      { item: { kind: 'area', id: area.area_id }, before: { name: 'Remove Test Room' }, after: undefined },
    ]);
  });

  it('an unknown id is refused in the words of Home Assistant, with the id when its name was given', async () => {
    const at = context();
    const area = await areaRegistry.create(at.home, { name: 'Remove Test Den' });
    await expect(runTool(tool, { kind: 'area', id: 'no_such_area' }, at)).rejects.toMatchObject({
      code: 'SERVICE_CALL_FAILED',
      message: expect.stringContaining("doesn't exist"),
    });
    await expect(runTool(tool, { kind: 'area', id: 'remove test DEN' }, at)).rejects.toMatchObject({
      suggestions: [expect.stringContaining(area.area_id)],
    });
    await expect(runTool(tool, { kind: 'floor', id: '' }, at)).rejects.toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
    });
    expect(at.keptEdits).toEqual([]);
    await areaRegistry.remove(at.home, area.area_id);
  });
});
