import { areaRegistry, floorRegistry } from '@hub/ha/registries.ts';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool } from './list.ts';

const rows = z.array(z.record(z.string(), z.unknown()));
const shown = z.looseObject({
  floors: rows,
  unassigned_areas: rows.optional(),
  warnings: z.array(z.string()).optional(),
});

await describeHomes('ha_list_floors_areas', (context) => {
  it('nests areas in their floors, lowest first, a floor without level among the ground floors', async () => {
    const at = context();
    const floors = await Promise.all([
      floorRegistry.create(at.home, { name: 'List Test Top', level: 7 }),
      floorRegistry.create(at.home, { name: 'List Test Somewhere' }),
      floorRegistry.create(at.home, { name: 'List Test Cellar', level: -7 }),
    ]);
    const [top, , cellar] = floors;
    const inside = await areaRegistry.create(at.home, { name: 'List Test Wine', floor_id: cellar?.floor_id });
    const outside = await areaRegistry.create(at.home, { name: 'List Test Garden' });
    const answer = shown.parse(await runTool(tool, {}, at));
    const ids = answer.floors.map(({ floor_id: id }) => id);
    expect(ids[0]).toBe(cellar?.floor_id);
    expect(ids.at(-1)).toBe(top?.floor_id);
    expect(answer.floors[0]).toMatchObject({
      level: -7,
      areas: [{ area_id: inside.area_id, name: 'List Test Wine' }],
    });
    expect(answer.unassigned_areas).toContainEqual(expect.objectContaining({ area_id: outside.area_id }));
    expect(answer).toMatchObject({ floor_count: ids.length, orphaned_count: 0, orphaned_areas: [] });

    const slim = shown.parse(await runTool(tool, { fields: ['floors', 'unknown'], area_fields: 'area_id' }, at));
    expect(slim.floors[0]?.['areas']).toEqual([{ area_id: inside.area_id }]);
    expect(slim.unassigned_areas).toBeUndefined();
    expect(slim.warnings).toEqual([expect.stringContaining('unknown')]);
    await Promise.all([inside, outside].map(({ area_id: id }) => areaRegistry.remove(at.home, id)));
    await Promise.all(floors.map(({ floor_id: id }) => floorRegistry.remove(at.home, id)));
  });
});
