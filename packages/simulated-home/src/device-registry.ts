import { type Commands, command, jsonList } from './command.ts';
import { friendlyName, removeEntry } from './entity-registry.ts';
import { fireEvent, type HomeModel, setState } from './home-model.ts';
import { type Json, textOf } from './read.ts';
import { Refusal, refuseMissing } from './refusal.ts';
import { fieldsOf } from './registry-commands.ts';
import type { DeviceEntry, EntityEntry } from './template.ts';

export function entitiesOfDevice(home: HomeModel, deviceId: string): EntityEntry[] {
  return home.entities.values().filter((entry) => entry.device_id === deviceId);
}

function update(home: HomeModel, message: Json): DeviceEntry {
  const { device_id, ...given } = fieldsOf(message);
  const id = textOf(device_id);
  const old = home.devices.get(id) ?? refuseMissing('Device not found');
  const device = home.devices.set(id, { ...old, ...given, modified_at: Date.now() / 1000 });
  const changes = Object.fromEntries(Object.keys(given).map((key) => [key, old[key]]));
  fireEvent(home, 'device_registry_updated', { action: 'update', device_id: id, changes });
  for (const entry of entitiesOfDevice(home, id)) {
    const record = home.states.get(entry.entity_id);
    if (record === undefined) continue;
    setState(home, entry.entity_id, record.state, { ...record.attributes, friendly_name: friendlyName(home, entry) });
  }
  return device;
}

/** Since 2026.8 each device belongs to one integration. */
export function hasSplitDevices(version: string): boolean {
  const [year = 0, month = 0] = version.split('.').map(Number);
  return year > 2026 || (year === 2026 && month >= 8);
}

function refuse(message: string): never {
  throw new Refusal('home_assistant_error', message);
}

/** A device leaves its radio, and with it the home. */
export function dropDevice(home: HomeModel, id: string): void {
  if (!home.devices.delete(id)) return;
  for (const row of entitiesOfDevice(home, id)) removeEntry(home, row.entity_id);
  fireEvent(home, 'device_registry_updated', { action: 'remove', device_id: id });
}

/** Out of its last config entry, a device is gone with its entities. */
function remove(home: HomeModel, id: string, entryId: string | undefined): null {
  const device = home.devices.get(id) ?? refuse('Unknown device');
  const left = entryId ?? textOf(device.config_entries[0]);
  if (!device.config_entries.includes(left)) refuse('Config entry not in device');
  const entry = home.template.configEntries.get(left) ?? refuse('Unknown config entry');
  if (entry['supports_remove_device'] !== true) refuse('Config entry does not support device removal');
  const others = device.config_entries.filter((one) => one !== left);
  if (others.length === 0) {
    dropDevice(home, id);
    return null;
  }
  home.devices.set(id, { ...device, config_entries: others });
  for (const row of entitiesOfDevice(home, id)) if (row.config_entry_id === left) removeEntry(home, row.entity_id);
  fireEvent(home, 'device_registry_updated', { action: 'update', device_id: id });
  return null;
}

/** config/device_registry/*. */
export const deviceRegistryCommands: Commands = {
  'config/device_registry/list': command('', ({ home }) => jsonList(home.devices.values(), (device) => device)),
  'config/device_registry/update': command('device_id! area_id name_by_user labels disabled_by', ({ home, message }) =>
    update(home, message),
  ),
  'config/device_registry/remove': command('device_id!', ({ home, message }) => {
    if (!hasSplitDevices(home.identity.version)) throw new Refusal('unknown_command', 'Unknown command.');
    return remove(home, textOf(message['device_id']), undefined);
  }),
  'config/device_registry/remove_config_entry': command('device_id! config_entry_id!', ({ home, message }) =>
    remove(home, textOf(message['device_id']), textOf(message['config_entry_id'])),
  ),
};
