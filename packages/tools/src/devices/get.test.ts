import { updateDevice } from '@hub/ha/registries.ts';
import type { View } from '@hub/ha/view.ts';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { stillView } from '../testing/still-view.ts';
import { createToolContext } from '../testing/tool-context.ts';
import { tool } from './get.ts';

const record = z.record(z.string(), z.unknown());
const listed = z.looseObject({
  devices: z.array(record),
  total_count: z.number(),
  total_devices: z.number(),
  next_offset: z.number().nullable(),
});

/** A device with entities, as every home has. */
async function someDevice(view: View): Promise<{ deviceId: string; entityId: string }> {
  const entry = [...(await view.entities()).values()].find(({ device_id: id }) => id !== null);
  if (!entry?.device_id) throw new Error('this home has no device with entities');
  return { deviceId: entry.device_id, entityId: entry.entity_id };
}

await describeHomes('ha_get_device', (context) => {
  it('gives one device with its entities, by its own id and by one of theirs', async () => {
    const at = context();
    const { deviceId, entityId } = await someDevice(at.home);
    const byId = await runTool(tool, { device_id: deviceId }, at);
    expect(byId).toMatchObject({
      device: { device_id: deviceId, integration_sources: expect.any(Array), config_entries: [expect.any(String)] },
      entities: expect.arrayContaining([expect.objectContaining({ entity_id: entityId })]),
      queried_by: 'device_id',
      queried_entity_id: null,
    });
    const byEntity = await runTool(tool, { entity_id: entityId }, at);
    expect(byEntity).toEqual({ ...byId, queried_by: 'entity_id', queried_entity_id: entityId });
  });

  it('pages through the list without overlap, and shows entities only in full', async () => {
    const at = createToolContext({ view: await stillView(context().home) });
    const first = listed.parse(await runTool(tool, { limit: 2 }, at));
    expect(first.devices).toHaveLength(2);
    expect(first.next_offset).toBe(2);
    const second = listed.parse(await runTool(tool, { limit: 2, offset: 2 }, at));
    const ids = [...first.devices, ...second.devices].map(({ device_id: id }) => id);
    expect(new Set(ids).size).toBe(4);
    expect(first.devices[0]).not.toHaveProperty('entities');
    const full = listed.parse(await runTool(tool, { limit: 2, detail_level: 'full' }, at));
    expect(full.devices[0]).toHaveProperty('entities');
    expect(full.total_devices).toBe((await at.home.devices()).size);
  });

  it('filters by area, manufacturer and integration', async () => {
    const at = context();
    const { deviceId } = await someDevice(at.home);
    const device = (await at.home.devices()).get(deviceId);
    const [area] = [...(await at.home.areas()).values()];
    if (!device || !area) throw new Error('this home has no area');
    await updateDevice(at.home, deviceId, { area_id: area.area_id });
    const inArea = listed.parse(await runTool(tool, { area_id: area.name.toUpperCase() }, at));
    expect(inArea.devices.map(({ device_id: id }) => id)).toContain(deviceId);
    expect(inArea.devices.every(({ area_id: id }) => id === area.area_id)).toBe(true);
    expect(inArea).toMatchObject({ filters: [`area_id=${area.name.toUpperCase()}`] });
    await updateDevice(at.home, deviceId, { area_id: device.area_id });

    const [row] = listed.parse(await runTool(tool, { limit: 1 }, at)).devices;
    const type = String(row?.['integration_type']);
    const ofType = listed.parse(await runTool(tool, { integration: type, limit: 200 }, at));
    expect(ofType.devices).toContainEqual(row);
    expect(listed.parse(await runTool(tool, { integration: 'no_such_one' }, at)).devices).toEqual([]);
    expect(listed.parse(await runTool(tool, { manufacturer: 'no such maker' }, at)).total_count).toBe(0);
    expect(listed.parse(await runTool(tool, { area_id: 'no_such_area' }, at))).toMatchObject({
      devices: [],
      warnings: [expect.stringContaining('no_such_area')],
    });
  });

  it('an unknown device is refused with some that there are, an unknown entity with those that look like it', async () => {
    const at = context();
    const { entityId } = await someDevice(at.home);
    await expect(runTool(tool, { device_id: 'nope' }, at)).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
      message: expect.stringContaining('not found'),
      context: { available_device_ids: expect.arrayContaining([expect.any(String)]) },
    });
    await expect(runTool(tool, { entity_id: `${entityId}x` }, at)).rejects.toMatchObject({
      code: 'ENTITY_NOT_FOUND',
      suggestions: [expect.stringContaining(entityId), expect.anything()],
    });
  });
});
