import { type Commands, command, jsonList } from './command.ts';
import { friendlyName, removeEntry } from './entity-registry.ts';
import { fireEvent, type HomeModel, setState } from './home-model.ts';
import { type Json, textOf } from './read.ts';
import { refuseMissing } from './refusal.ts';
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

function remove(home: HomeModel, id: string): null {
  if (!home.devices.delete(id)) refuseMissing('Device not found');
  for (const entry of entitiesOfDevice(home, id)) removeEntry(home, entry.entity_id);
  fireEvent(home, 'device_registry_updated', { action: 'remove', device_id: id });
  return null;
}

/** config/device_registry/*. */
export const deviceRegistryCommands: Commands = {
  'config/device_registry/list': command('', ({ home }) => jsonList(home.devices.values(), (device) => device)),
  'config/device_registry/update': command('device_id! area_id name_by_user labels disabled_by', ({ home, message }) =>
    update(home, message),
  ),
  'config/device_registry/remove': command('device_id!', ({ home, message }) =>
    remove(home, textOf(message['device_id'])),
  ),
  'config/device_registry/remove_config_entry': command('device_id! config_entry_id!', ({ home, message }) =>
    remove(home, textOf(message['device_id'])),
  ),
};
