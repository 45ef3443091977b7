import { Fault } from '@hub/core/fault.ts';
import { updateDevice } from '@hub/ha/registries.ts';
import { findRow } from '@hub/ha/registry-reads.ts';
import type { ToolContext } from '../define.ts';
import { withChanges } from '../shared/with-changes.ts';

export interface DeviceRename {
  readonly success?: true;
  readonly device_id?: string;
  readonly warnings?: readonly string[];
}

/** The entity is changed already, so a device that cannot be renamed is a warning. */
export async function renameDevice(
  name: string | undefined,
  deviceId: string | null,
  { home, edits, signal }: ToolContext,
): Promise<DeviceRename | undefined> {
  if (name === undefined || name.trim() === '') return undefined;
  if (!deviceId) return { warnings: ['The entity belongs to no device, so no device was renamed.'] };
  const changes = { name_by_user: name.trim() };
  try {
    await edits.change({
      item: { kind: 'device', id: deviceId },
      read: () => findRow(home, 'device', (row) => row.id === deviceId, { signal }),
      async write() {
        await updateDevice(home, deviceId, changes, { signal });
      },
      plan: (before) => withChanges(before, changes),
    });
    return { success: true, device_id: deviceId };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { device_id: deviceId, warnings: [`The device was not renamed: ${error.message}`] };
  }
}
