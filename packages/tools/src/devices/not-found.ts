import { Fault } from '@hub/core/fault.ts';

const MAX_LISTED = 10;

/** RESOURCE_NOT_FOUND with some of the devices there are. */
export function deviceNotFound(deviceId: string, known: Iterable<string>): Fault {
  return new Fault('RESOURCE_NOT_FOUND', `Device not found: ${deviceId}`, {
    suggestion: 'List the devices with ha_get_device without device_id, or name one of its entities as entity_id.',
    context: { device_id: deviceId, available_device_ids: [...known].slice(0, MAX_LISTED) },
  });
}
