import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool as get } from './get.ts';
import { tool as remove } from './remove.ts';
import { tool as set } from './set.ts';

await describeHomes('ha_get_zone', (context) => {
  it('the home itself is listed and cannot be changed or removed', async () => {
    const ctx = context();
    expect(await runTool(get, { zone_id: 'home' }, ctx)).toMatchObject({ zone: { editable: false, source: 'home' } });
    await expect(runTool(set, { zone_id: 'zone.home', radius: 5 }, ctx)).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
    await expect(runTool(remove, { zone_id: 'home' }, ctx)).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(ctx.keptEdits).toEqual([]);
  });
});
