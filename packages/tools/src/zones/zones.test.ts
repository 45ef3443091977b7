import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import type { TestToolContext } from '../testing/tool-context.ts';
import { tool as get } from './get.ts';
import { tool as remove } from './remove.ts';
import { tool as set } from './set.ts';

await describeHomes('zones', (context) => {
  const ofSchool = { name: 'Zone test school', latitude: 52.1, longitude: 4.9 };

  async function withZone(use: (zoneId: string, context: TestToolContext) => Promise<void>): Promise<void> {
    const ctx = context();
    const { zone_id: zoneId } = await runTool(set, ofSchool, ctx);
    try {
      await use(zoneId, ctx);
    } finally {
      await runTool(remove, { zone_id: zoneId }, context()).catch(() => undefined);
    }
  }

  it('a new zone is shown with its defaults, on the map and in the list', () =>
    withZone(async (zoneId, ctx) => {
      const answer = await runTool(get, { zone_id: zoneId }, ctx);
      expect(answer).toMatchObject({
        zone_id: zoneId,
        zone: { ...ofSchool, radius: 100, passive: false, editable: true },
      });
      expect((await ctx.home.states()).get(`zone.${zoneId}`)?.attributes).toMatchObject({ radius: 100 });
      const list = await runTool(get, {}, ctx);
      expect(list.zones).toHaveLength(list.count ?? -1);
      expect(list.zones?.map((zone) => zone.id)).toContain(zoneId);
      expect(ctx.keptEdits).toMatchObject([{ item: { kind: 'zone' }, before: undefined, after: { id: zoneId } }]);
    }));

  it('a change touches the given fields alone, and is kept with what stood before', () =>
    withZone(async (zoneId, ctx) => {
      const answer = await runTool(set, { zone_id: `zone.${zoneId}`, radius: 250, icon: 'mdi:school' }, ctx);
      expect(answer).toMatchObject({
        zone_id: zoneId,
        updated_fields: ['radius', 'icon'],
        zone_data: { ...ofSchool, radius: 250, icon: 'mdi:school' },
      });
      expect(ctx.keptEdits.at(-1)).toMatchObject({ before: { radius: 100 }, after: { radius: 250 } });
    }));

  it('a removed zone is gone from list and states, and named in the next question it is unknown', () =>
    withZone(async (zoneId, ctx) => {
      await runTool(remove, { zone_id: zoneId }, ctx);
      expect((await ctx.home.states()).has(`zone.${zoneId}`)).toBe(false);
      const gone = { code: 'RESOURCE_NOT_FOUND', context: { available_zone_ids: expect.any(Array) } };
      await expect(runTool(get, { zone_id: zoneId }, ctx)).rejects.toMatchObject(gone);
      await expect(runTool(remove, { zone_id: zoneId }, ctx)).rejects.toMatchObject(gone);
      await expect(runTool(set, { zone_id: zoneId, radius: 5 }, ctx)).rejects.toMatchObject(gone);
    }));

  it('the home itself is listed and cannot be changed or removed', async () => {
    const ctx = context();
    expect(await runTool(get, { zone_id: 'home' }, ctx)).toMatchObject({ zone: { editable: false, source: 'home' } });
    await expect(runTool(set, { zone_id: 'zone.home', radius: 5 }, ctx)).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
    await expect(runTool(remove, { zone_id: 'home' }, ctx)).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(ctx.keptEdits).toEqual([]);
  });

  it.each([
    ['a latitude off the earth', { ...ofSchool, latitude: 91 }, 'latitude'],
    ['a longitude off the earth', { ...ofSchool, longitude: -181 }, 'longitude'],
    ['a radius of nothing', { ...ofSchool, radius: 0 }, 'radius'],
    ['a new zone without a place', { name: 'Zone test' }, 'latitude'],
    ['a new zone without a name', { latitude: 1, longitude: 1 }, 'name'],
    ['a change of nothing', { zone_id: 'home' }, 'nothing to update'],
  ])('%s is refused before anything is sent', async (_title, args, says) => {
    const ctx = context();
    const refused = { code: 'VALIDATION_FAILED', message: expect.stringContaining(says) };
    await expect(runTool(set, args, ctx)).rejects.toMatchObject(refused);
    expect(ctx.keptEdits).toEqual([]);
  });
});
