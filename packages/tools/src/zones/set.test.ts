import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool as get } from './get.ts';
import { tool as set } from './set.ts';
import { withZone } from './testing/with-zone.ts';

const shop = { name: 'Zone test shop', latitude: 52.1, longitude: 4.9 };

await describeHomes('ha_set_zone', (context) => {
  it('a new zone is shown with its defaults, on the map and in the list', () =>
    withZone(context, shop, async (zoneId, ctx) => {
      const answer = await runTool(get, { zone_id: zoneId }, ctx);
      expect(answer).toMatchObject({
        zone_id: zoneId,
        zone: { ...shop, radius: 100, passive: false, editable: true },
      });
      expect((await ctx.home.states()).get(`zone.${zoneId}`)?.attributes).toMatchObject({ radius: 100 });
      const list = await runTool(get, {}, ctx);
      expect(list.zones).toHaveLength(list.count ?? -1);
      expect(list.zones?.map((zone) => zone.id)).toContain(zoneId);
      expect(ctx.keptEdits).toMatchObject([{ item: { kind: 'zone' }, before: undefined, after: { id: zoneId } }]);
    }));

  it('a change touches the given fields alone, and is kept with what stood before', () =>
    withZone(context, shop, async (zoneId, ctx) => {
      const answer = await runTool(set, { zone_id: `zone.${zoneId}`, radius: 250, icon: 'mdi:school' }, ctx);
      expect(answer).toMatchObject({
        zone_id: zoneId,
        updated_fields: ['radius', 'icon'],
        zone_data: { ...shop, radius: 250, icon: 'mdi:school' },
      });
      expect(ctx.keptEdits.at(-1)).toMatchObject({ before: { radius: 100 }, after: { radius: 250 } });
    }));

  it.each([
    ['a latitude off the earth', { ...shop, latitude: 91 }, 'latitude'],
    ['a longitude off the earth', { ...shop, longitude: -181 }, 'longitude'],
    ['a radius of nothing', { ...shop, radius: 0 }, 'radius'],
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
