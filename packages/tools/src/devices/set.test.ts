import { labelRegistry, updateDevice } from '@hub/ha/registries.ts';
import type { View } from '@hub/ha/view.ts';
import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool } from './set.ts';

/** The last device of the home, given back as it was. */
async function withDevice(view: View, use: (deviceId: string) => Promise<void>): Promise<void> {
  const device = [...(await view.devices()).values()].at(-1);
  if (!device) throw new Error('this home has no device');
  await use(device.id);
  const { area_id, name_by_user, labels, disabled_by } = device;
  await updateDevice(view, device.id, { area_id, name_by_user, labels, disabled_by });
}

await describeHomes('ha_set_device', (context) => {
  it('renames, moves and labels, keeps before and after, and clears with an empty text', async () => {
    const at = context();
    const [area] = [...(await at.home.areas()).values()];
    const label = await labelRegistry.create(at.home, { name: 'Device Set Test' });
    await withDevice(at.home, async (deviceId) => {
      const answer = await runTool(
        tool,
        { device_id: deviceId, name: 'Set Test Hub', area_id: area?.name, labels: [label.label_id] },
        at,
      );
      expect(answer).toMatchObject({
        device_id: deviceId,
        updates: ["name='Set Test Hub'", `area_id='${area?.area_id}'`, `labels=["${label.label_id}"]`],
        device_entry: { name: 'Set Test Hub', name_by_user: 'Set Test Hub', area_id: area?.area_id },
      });
      expect(at.keptEdits).toMatchObject([
        { item: { kind: 'device', id: deviceId }, after: { name_by_user: 'Set Test Hub' } },
      ]);
      expect((await at.home.devices()).get(deviceId)).toMatchObject({ labels: [label.label_id] });
      const cleared = await runTool(tool, { device_id: deviceId, name: '', area_id: '', labels: [] }, at);
      expect(cleared.device_entry).toMatchObject({ name_by_user: null, area_id: null, labels: [] });
    });
    await labelRegistry.remove(at.home, label.label_id);
  });

  it('disables and enables', async () => {
    const at = context();
    await withDevice(at.home, async (deviceId) => {
      const off = await runTool(tool, { device_id: deviceId, disabled_by: 'user' }, at);
      expect(off.device_entry.disabled_by).toBe('user');
      const on = await runTool(tool, { device_id: deviceId, disabled_by: '' }, at);
      expect(on.device_entry.disabled_by).toBeNull();
    });
  });

  it('refuses nothing to do, an unknown area or label, another way to disable, an unknown device', async () => {
    const at = context();
    const refused = (args: object) => expect(runTool(tool, { device_id: 'nope', ...args }, at)).rejects;
    await refused({}).toMatchObject({ code: 'VALIDATION_INVALID_PARAMETER', context: { device_id: 'nope' } });
    await refused({ area_id: 'no_such' }).toMatchObject({ context: { parameter: 'area_id' } });
    await refused({ labels: ['no_such'] }).toMatchObject({ context: { unknown_labels: ['no_such'] } });
    await refused({ disabled_by: 'integration' }).toMatchObject({ context: { parameter: 'disabled_by' } });
    await refused({ name: 'X' }).toMatchObject({
      code: 'SERVICE_CALL_FAILED',
      message: expect.stringContaining('not found'),
    });
    expect(at.keptEdits).toEqual([]);
  });
});
