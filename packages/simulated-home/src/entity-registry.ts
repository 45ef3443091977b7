import { type Commands, command, JsonText, jsonList } from './command.ts';
import { fireEvent, type HomeModel, removeState, setState } from './home-model.ts';
import { domainOf, idsOf, type Json, recordOf, textOf } from './read.ts';
import { Refusal, refuseMissing } from './refusal.ts';
import { fieldsOf } from './registry-commands.ts';
import type { EntityEntry } from './template.ts';

/** The list leaves out what only a single entry shows. */
function listed({ aliases: _1, capabilities: _2, device_class: _3, ...row }: EntityEntry): Json {
  const { original_device_class: _4, original_icon: _5, ...rest } = row;
  return rest;
}

function displayed(entry: EntityEntry): Json {
  const { entity_id, platform, labels, device_id, area_id, icon, hidden_by, entity_category } = entry;
  const categoryIndex = { config: 0, diagnostic: 1 }[textOf(entity_category)];
  return {
    ei: entity_id,
    pl: platform,
    lb: labels,
    ...(device_id === null ? {} : { di: device_id }),
    ...(area_id === null ? {} : { ai: area_id }),
    ...(icon === null ? {} : { ic: icon }),
    ...(hidden_by === null ? {} : { hb: true }),
    ...(categoryIndex === undefined ? {} : { ec: categoryIndex }),
    ...(entry.next_name_part === null ? {} : { np: entry.next_name_part }),
    ...((entry.name ?? entry.original_name) === null ? {} : { en: entry.name ?? entry.original_name }),
  };
}

const displayTexts = new WeakMap<EntityEntry, string>();

function displayList(home: HomeModel): JsonText {
  const entries = home.entities.values().filter((entry) => entry.disabled_by === null);
  const texts = entries.map((entry) => {
    const text = displayTexts.get(entry) ?? JSON.stringify(displayed(entry));
    displayTexts.set(entry, text);
    return text;
  });
  return new JsonText(`{"entity_categories":{"0":"config","1":"diagnostic"},"entities":[${texts.join(',')}]}`);
}

function deviceName(home: HomeModel, deviceId: string | null): string | null {
  const device = deviceId === null ? undefined : home.devices.get(deviceId);
  return device === undefined ? null : (device.name_by_user ?? device.name);
}

export function friendlyName(home: HomeModel, entry: EntityEntry): string {
  const own = entry.name ?? entry.original_name;
  const first = entry.next_name_part === 'device' ? deviceName(home, entry.device_id) : null;
  return [first, own].filter((part) => part !== null).join(' ') || entry.entity_id;
}

export function putEntry(home: HomeModel, entry: EntityEntry): void {
  home.entities.set(entry.entity_id, entry);
  fireEvent(home, 'entity_registry_updated', { action: 'create', entity_id: entry.entity_id });
}

export function removeEntry(home: HomeModel, entityId: string): void {
  if (!home.entities.delete(entityId)) return;
  removeState(home, entityId);
  fireEvent(home, 'entity_registry_updated', { action: 'remove', entity_id: entityId });
}

export function entryOf(home: HomeModel, entityId: unknown): EntityEntry {
  return home.entities.get(textOf(entityId)) ?? refuseMissing('Entity not found');
}

/** The state follows its entry: new name, new id, gone while disabled. */
function followState(home: HomeModel, old: EntityEntry, entry: EntityEntry): void {
  const record = home.states.get(old.entity_id) ?? home.template.states.get(old.entity_id);
  if (old.entity_id !== entry.entity_id || entry.disabled_by !== null) removeState(home, old.entity_id);
  if (entry.disabled_by !== null) return;
  const attributes = { ...record?.attributes, friendly_name: friendlyName(home, entry) };
  setState(home, entry.entity_id, record?.state ?? 'unknown', attributes);
}

function update(home: HomeModel, message: Json): Json {
  const old = entryOf(home, message['entity_id']);
  const { entity_id: _old, new_entity_id, categories, options_domain, options, ...given } = fieldsOf(message);
  const entityId = textOf(new_entity_id, old.entity_id);
  if (entityId !== old.entity_id && home.entities.has(entityId)) {
    throw new Refusal('invalid_info', 'Entity with this ID is already registered');
  }
  if (domainOf(entityId) !== domainOf(old.entity_id))
    throw new Refusal('invalid_info', 'New entity ID should be same domain');
  const merged = Object.entries({ ...recordOf(old['categories']), ...recordOf(categories) });
  const domain = textOf(options_domain);
  const entry: EntityEntry = {
    ...old,
    ...given,
    entity_id: entityId,
    categories: Object.fromEntries(merged.filter(([, id]) => id !== null)),
    options: domain === '' ? old['options'] : { ...recordOf(old['options']), [domain]: options },
    modified_at: Date.now() / 1000,
  };
  if (entityId !== old.entity_id) home.entities.delete(old.entity_id);
  home.entities.set(entityId, entry);
  const changed = Object.keys(given).filter((key) => JSON.stringify(old[key]) !== JSON.stringify(entry[key]));
  const moved = entityId === old.entity_id ? {} : { old_entity_id: old.entity_id };
  const changes = Object.fromEntries(
    [...changed, ...Object.keys(moved).map(() => 'entity_id')].map((key) => [key, old[key]]),
  );
  fireEvent(home, 'entity_registry_updated', { action: 'update', entity_id: entityId, changes, ...moved });
  followState(home, old, entry);
  return { entity_entry: entry };
}

/** config/entity_registry/*. */
export const entityRegistryCommands: Commands = {
  'config/entity_registry/list': command('', ({ home }) => jsonList(home.entities.values(), listed)),
  'config/entity_registry/list_for_display': command('', ({ home }) => displayList(home)),
  'config/entity_registry/get': command('entity_id!', ({ home, message }) => entryOf(home, message['entity_id'])),
  'config/entity_registry/get_entries': command('entity_ids!', ({ home, message }) =>
    Object.fromEntries(idsOf(message['entity_ids']).map((id) => [id, home.entities.get(id) ?? null])),
  ),
  'config/entity_registry/update': command(
    'entity_id! name icon area_id labels aliases categories new_entity_id disabled_by hidden_by device_class options_domain options',
    ({ home, message }) => update(home, message),
  ),
  'config/entity_registry/remove': command('entity_id!', ({ home, message }) => {
    removeEntry(home, entryOf(home, message['entity_id']).entity_id);
    return null;
  }),
};
