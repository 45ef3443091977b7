import { Fault } from '@hub/core/fault.ts';
import { type ConfigEntry, listConfigEntries } from '@hub/ha/config-entries.ts';
import type { Device } from '@hub/ha/records.ts';
import { removeDevice } from '@hub/ha/registries.ts';
import { findRow } from '@hub/ha/registry-reads.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { previewParameter, successShape } from '../shared/parameters.ts';
import { configEntriesOf } from './device-info.ts';
import { deviceNotFound } from './not-found.ts';

const resultShape = z.strictObject({
  config_entry_id: z.string(),
  integration: z.string().nullable(),
  success: z.boolean(),
  error: z.string().nullable(),
});
type Result = z.infer<typeof resultShape>;

/** Source: HA `config/device_registry/remove`. */
export const tool = defineTool({
  name: 'ha_remove_device',
  title: 'Remove Device',
  docs: 'Removes a device that is gone for good, with its entities. Only integrations that allow it do so (MQTT, Matter and many more); the others bring a device back while they know it: disable it with ha_set_device. A Zigbee or Z-Wave device leaves its network with ha_manage_radio remove_device.',
  tags: ['Device Registry'],
  scope: 'home',
  effect: 'destroy',
  idempotent: true,
  input: z.strictObject({ device_id: z.string(), preview: previewParameter }),
  output: z.strictObject({
    ...successShape,
    device_id: z.string(),
    device_name: z.string().nullable(),
    config_entries_removed: z.number().int().optional(),
    partial: z.literal(true).optional(),
    removal_results: z.array(resultShape).optional(),
    message: z.string(),
  }),
  items: ({ device_id }) => [{ kind: 'device', id: device_id }],
  async run({ device_id: id }, context) {
    const { home, edits, signal } = context;
    const read = () => findRow(home, 'device', (row) => row.id === id, { signal });
    const known = await home.devices();
    const device = known.has(id) ? await read() : undefined;
    if (!device) throw deviceNotFound(id, known.keys());
    const entries = await entriesOf(device, context);
    refuseUnlessRemovable(device, entries);
    const results: Result[] = [];
    const { after } = await edits.change({
      item: { kind: 'device', id },
      read,
      plan: () => undefined,
      write: () => leaveEach(device, entries, results, context),
    });
    return answer(device, entries.length, after === undefined ? [] : results);
  },
});

interface Membership {
  readonly entryId: string;
  readonly entry: ConfigEntry | undefined;
}

async function entriesOf(device: Device, { home, signal }: ToolContext): Promise<readonly Membership[]> {
  const all = new Map((await listConfigEntries(home, undefined, { signal })).map((entry) => [entry.entry_id, entry]));
  return configEntriesOf(device).map((entryId) => ({ entryId, entry: all.get(entryId) }));
}

/** Home Assistant tells beforehand which integrations let go of a device at all. */
function refuseUnlessRemovable(device: Device, entries: readonly Membership[]): void {
  if (entries.some(({ entry }) => entry?.['supports_remove_device'] !== false)) return;
  const integrations = entries.map(({ entry }) => entry?.domain ?? 'unknown').join(', ');
  throw refused(device, `its integration (${integrations || 'none'}) does not support removing single devices`, []);
}

/** One integration after the other; one that refuses does not stop the rest. @throws Fault when none let go */
async function leaveEach(
  device: Device,
  entries: readonly Membership[],
  results: Result[],
  { home, signal }: ToolContext,
): Promise<void> {
  for (const { entryId, entry } of entries) {
    const row = { config_entry_id: entryId, integration: entry?.domain ?? null };
    try {
      await removeDevice(home, device, entryId, { signal });
      results.push({ ...row, success: true, error: null });
    } catch (error) {
      if (!(error instanceof Fault) || error.outcomeUnknown || error.code === 'AUTH_INSUFFICIENT_PERMISSIONS')
        throw error;
      results.push({ ...row, success: false, error: error.message });
    }
  }
  if (results.some(({ success }) => success)) return;
  throw refused(device, results.map(({ error }) => error).join('; '), results);
}

/** `results` is empty when the device is seen to be gone. */
function answer(device: Device, total: number, results: readonly Result[]) {
  const facts = { success: true as const, device_id: device.id, device_name: nameOf(device) };
  const failed = results.filter(({ success }) => !success);
  if (results.length === 0)
    return { ...facts, config_entries_removed: total, message: 'The device and its entities are removed.' };
  return {
    ...facts,
    partial: true as const,
    removal_results: [...results],
    message: `${failed.length} of ${total} integrations keep the device.`,
    warnings: failed.map(({ integration, error }) => `${integration ?? 'An integration'} keeps it: ${error}`),
  };
}

function refused(device: Device, why: string, results: readonly Result[]): Fault {
  return new Fault('SERVICE_CALL_FAILED', `The device was not removed: ${why}.`, {
    suggestion: [
      'Remove it where its integration manages it (its app or bridge), or disable it with ha_set_device disabled_by "user".',
      'A device that its integration still finds would come back anyway.',
    ],
    context: {
      device_id: device.id,
      ...(results.length > 0 ? { removal_results: results } : {}),
    },
  });
}

function nameOf(device: Device): string | null {
  return device.name_by_user ?? device.name;
}
