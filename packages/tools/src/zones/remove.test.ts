import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool as get } from './get.ts';
import { tool as remove } from './remove.ts';
import { tool as set } from './set.ts';
import { withZone } from './testing/with-zone.ts';

const gym = { name: 'Zone test gym', latitude: 52.1, longitude: 4.9 };

await describeHomes('ha_remove_zone', (context) => {
  it('a removed zone is gone from list and states, and named in the next question it is unknown', () =>
    withZone(context, gym, async (zoneId, ctx) => {
      await runTool(remove, { zone_id: zoneId }, ctx);
      expect((await ctx.home.states()).has(`zone.${zoneId}`)).toBe(false);
      const gone = { code: 'RESOURCE_NOT_FOUND', context: { available_zone_ids: expect.any(Array) } };
      await expect(runTool(get, { zone_id: zoneId }, ctx)).rejects.toMatchObject(gone);
      await expect(runTool(remove, { zone_id: zoneId }, ctx)).rejects.toMatchObject({
        ...gone,
        code: 'SERVICE_CALL_FAILED',
      });
      await expect(runTool(set, { zone_id: zoneId, radius: 5 }, ctx)).rejects.toMatchObject(gone);
    }));
});
