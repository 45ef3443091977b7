import type { Device, EntityEntry } from '@hub/ha/records.ts';
import { identifierOf } from '../devices/device-info.ts';

/** Does the integration know the device, by an identifier or by an entity of its own? */
export function belongsTo(device: Device, integration: string, entities: Iterable<EntityEntry>): boolean {
  if (identifierOf(device, integration) !== undefined) return true;
  for (const { device_id: id, platform } of entities) if (id === device.id && platform === integration) return true;
  return false;
}
