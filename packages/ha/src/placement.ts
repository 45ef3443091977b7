import type { Area, Device, EntityEntry, Floor } from './records.ts';

/** The area of a device; a child device without one of its own is where its parent is. */
export function areaIdOfDevice(device: Device, devices: ReadonlyMap<string, Device>): string | undefined {
  if (device.area_id) return device.area_id;
  const parent = device.parent_device_id ? devices.get(device.parent_device_id) : undefined;
  return parent?.area_id ?? undefined;
}

/** The area of an entity: its own, else its device's. Source: HA `helpers/template`, `area_id()`. */
export function areaIdOfEntity(
  entry: EntityEntry | undefined,
  devices: ReadonlyMap<string, Device>,
): string | undefined {
  if (!entry) return undefined;
  if (entry.area_id) return entry.area_id;
  const device = entry.device_id ? devices.get(entry.device_id) : undefined;
  return device && areaIdOfDevice(device, devices);
}

/** The floor an area is on, if it is on one that exists. */
export function floorOfArea(area: Area | undefined, floors: ReadonlyMap<string, Floor>): Floor | undefined {
  return area?.floor_id ? floors.get(area.floor_id) : undefined;
}
