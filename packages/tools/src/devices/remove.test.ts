import { startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { describe, expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { openView } from '../testing/open-view.ts';
import { runTool } from '../testing/run-tool.ts';
import { createToolContext } from '../testing/tool-context.ts';
import { tool } from './remove.ts';

await describeHomes('ha_remove_device', (context) => {
  it('says which integration does not let go of a device, and sends nothing', async () => {
    const at = context();
    const ofThese = ['demo', 'hue'];
    const entries = [...(await at.home.entities()).values()];
    const entry = entries.find(({ platform, device_id: id }) => id !== null && ofThese.includes(platform));
    const device = [...(await at.home.devices()).values()].find(({ id }) => id === entry?.device_id);
    await expect(runTool(tool, { device_id: device?.id }, at)).rejects.toMatchObject({
      code: 'SERVICE_CALL_FAILED',
      message: expect.stringContaining(`(${entry?.platform}) does not support removing`),
      context: { device_id: device?.id },
    });
    expect((await at.home.devices()).has(device?.id ?? '')).toBe(true);
    expect(at.keptEdits).toEqual([]);
  });

  it('names some of the devices there are when there is no such one', async () => {
    const at = context();
    const known = [...(await at.home.devices()).keys()].slice(0, 10);
    await expect(runTool(tool, { device_id: 'no_such_device' }, at)).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
      context: { device_id: 'no_such_device', available_device_ids: known },
    });
  });
});

async function withSpeaker(
  version: string,
  use: (deviceId: string, at: ReturnType<typeof createToolContext>) => unknown,
) {
  const home = await startSimulatedHome({ version });
  await using open = await openView(home);
  const at = createToolContext({ view: open.view });
  const entry = (await at.home.entities()).get('media_player.kitchen_speaker');
  try {
    await use(entry?.device_id ?? '', at);
  } finally {
    await home.close();
  }
}

describe('ha_remove_device where it is allowed', () => {
  it('removes the device with its entities and keeps what it was', async () => {
    await withSpeaker('2026.11.0', async (deviceId, at) => {
      expect(await runTool(tool, { device_id: deviceId }, at)).toMatchObject({
        success: true,
        device_id: deviceId,
        device_name: 'Kitchen speaker',
        config_entries_removed: 1,
      });
      expect(at.keptEdits).toMatchObject([
        { item: { kind: 'device', id: deviceId }, before: { name: 'Kitchen speaker' }, after: undefined },
      ]);
      await expect(runTool(tool, { device_id: deviceId }, at)).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
    });
  });

  it('leaves each of several integrations that let go, and tells which keep it', async () => {
    await withSpeaker('2025.12.0', async (deviceId, at) => {
      const answer = await runTool(tool, { device_id: deviceId }, at);
      expect(answer).toMatchObject({
        partial: true,
        removal_results: [
          { integration: 'sonos', success: true, error: null },
          { integration: 'upnp', success: false, error: expect.stringContaining('does not support device removal') },
        ],
        warnings: [expect.stringContaining('upnp keeps it')],
      });
      expect((await at.home.entities()).has('media_player.kitchen_speaker')).toBe(false);
    });
  });
});
