import { type Curve, curveState } from './curve.ts';
import type { EntitySpec, LooseSpec } from './entity-spec.ts';
import { helperEntity } from './helper-entity.ts';
import { stableId } from './identifiers.ts';
import { type ItemKind, itemEntity } from './item-entity.ts';
import { type Json, slugOf, textOf } from './read.ts';
import { areaRow, floorRow, labelRow } from './registry-rows.ts';

export interface Context {
  readonly id: string;
  readonly parent_id: string | null;
  readonly user_id: string | null;
}

export interface StateRecord {
  readonly entity_id: string;
  readonly state: string;
  readonly attributes: Json;
  readonly changedMs: number;
  readonly updatedMs: number;
  readonly context: Context;
}

/** One row of the entity registry, with the fields the code looks at named and the rest as Home Assistant spells them. */
export interface EntityEntry {
  readonly entity_id: string;
  readonly unique_id: string;
  readonly platform: string;
  readonly name: string | null;
  readonly original_name: string | null;
  readonly next_name_part: string | null;
  readonly area_id: string | null;
  readonly device_id: string | null;
  readonly config_entry_id: string | null;
  readonly disabled_by: string | null;
  readonly hidden_by: string | null;
  readonly labels: readonly string[];
  readonly [key: string]: unknown;
}

export interface DeviceEntry {
  readonly id: string;
  readonly name: string | null;
  readonly name_by_user: string | null;
  readonly area_id: string | null;
  /** Since 2026.8; older homes have `config_entries` alone. */
  readonly config_entry_id: string | undefined;
  readonly config_entries: readonly string[];
  readonly labels: readonly string[];
  readonly [key: string]: unknown;
}

/** What all homes of one kind start from. Never changed after it is built: homes write into overlays. */
export interface HomeTemplate {
  readonly builtMs: number;
  readonly eventsPerSecond: number;
  readonly states: ReadonlyMap<string, StateRecord>;
  readonly entities: ReadonlyMap<string, EntityEntry>;
  readonly devices: ReadonlyMap<string, DeviceEntry>;
  readonly areas: ReadonlyMap<string, Json>;
  readonly floors: ReadonlyMap<string, Json>;
  readonly labels: ReadonlyMap<string, Json>;
  readonly configEntries: ReadonlyMap<string, Json>;
  /** Keyed `automation/<id>`, `script/<object id>`, `scene/<id>`. */
  readonly items: ReadonlyMap<string, Json>;
  /** Storage helpers, keyed `input_boolean/<id>`. */
  readonly helpers: ReadonlyMap<string, Json>;
  readonly curves: ReadonlyMap<string, Curve>;
  /** Entities that move by themselves, in the order in which they take turns. */
  readonly driftIds: readonly string[];
}

export interface DeviceSpec {
  readonly name: string;
  readonly area?: string;
  readonly platform: string;
  readonly maker: string;
  readonly model: string;
  readonly entities: readonly EntitySpec[];
  /** Another integration that knows the device as well: one record with two owners, before Home Assistant 2026.8. */
  readonly alsoOn?: string;
  /** By which its integration knows it; made from its name unless given. */
  readonly address?: string;
}

export interface ScenarioSpec {
  /** Items of the to-do lists, by entity. */
  readonly todos: readonly (readonly [entityId: string, items: readonly Json[]])[];
  readonly eventsPerSecond: number;
  readonly floors: readonly (readonly [name: string, level: number, icon: string])[];
  readonly areas: readonly (readonly [name: string, floor: string | null, icon: string])[];
  readonly labels: readonly (readonly [name: string, color: string])[];
  readonly devices: readonly DeviceSpec[];
  /** Entities without a device, such as the sun. */
  readonly loose: readonly LooseSpec[];
  readonly items: readonly (readonly [kind: ItemKind, id: string, config: Json])[];
  readonly helpers: readonly (readonly [type: string, row: Json])[];
}

/** Integrations that let go of a single device. */
const lettingGo = new Set(['matter', 'mqtt', 'sonos', 'unifi']);

const noContext: Context = { id: '01JH000000000000000000HOME', parent_id: null, user_id: null };

export function emptyEntry(entityId: string, platform: string, uniqueId: string, atMs: number): EntityEntry {
  return {
    area_id: null,
    categories: {},
    config_entry_id: null,
    config_subentry_id: null,
    created_at: atMs / 1000,
    device_id: null,
    disabled_by: null,
    entity_category: null,
    entity_id: entityId,
    hidden_by: null,
    icon: null,
    id: stableId(`${platform}/${uniqueId}`),
    labels: [],
    modified_at: atMs / 1000,
    name: null,
    next_name_part: null,
    options: {},
    original_name: null,
    platform,
    translation_key: null,
    unique_id: uniqueId,
    aliases: [null],
    capabilities: null,
    device_class: null,
    original_device_class: null,
    original_icon: null,
  };
}

/** Zigbee devices have an address of eight bytes; for the others any text does. */
function addressOf({ platform, name }: DeviceSpec): string {
  if (platform !== 'zha') return slugOf(name);
  const tail = stableId(`ieee/${name}`).slice(0, 10).match(/../g) ?? [];
  return ['00', '15', '8d', ...tail].join(':');
}

function emptyDevice(spec: DeviceSpec, entryId: string, atMs: number): DeviceEntry {
  return {
    area_id: spec.area === undefined ? null : slugOf(spec.area),
    configuration_url: null,
    config_entries: [entryId],
    config_entries_subentries: { [entryId]: [null] },
    config_entry_id: entryId,
    config_subentry_id: null,
    connections: [],
    created_at: atMs / 1000,
    disabled_by: null,
    entry_type: null,
    hw_version: null,
    id: stableId(`device/${spec.name}`),
    identifiers: [[spec.platform, spec.address ?? addressOf(spec)]],
    labels: [],
    manufacturer: spec.maker,
    model: spec.model,
    model_id: null,
    modified_at: atMs / 1000,
    name_by_user: null,
    name: spec.name,
    next_name_part: null,
    parent_device_id: null,
    primary_config_entry: entryId,
    serial_number: null,
    sw_version: '1.4.2',
    via_device_id: null,
  };
}

function configEntry(domain: string, entryId: string, atMs: number): Json {
  return {
    created_at: atMs / 1000,
    entry_id: entryId,
    domain,
    modified_at: atMs / 1000,
    title: domain.charAt(0).toUpperCase() + domain.slice(1).replaceAll('_', ' '),
    source: 'user',
    state: 'loaded',
    supports_options: false,
    supports_remove_device: lettingGo.has(domain),
    supports_unload: true,
    supports_reconfigure: false,
    supported_subentry_types: {},
    pref_disable_new_entities: false,
    pref_disable_polling: false,
    disabled_by: null,
    reason: null,
    error_reason_translation_domain: null,
    error_reason_translation_key: null,
    error_reason_translation_placeholders: null,
    num_subentries: 0,
  };
}

interface Shelf {
  readonly states: Map<string, StateRecord>;
  readonly entities: Map<string, EntityEntry>;
  readonly curves: Map<string, Curve>;
}

function addEntity(shelf: Shelf, spec: EntitySpec, entry: EntityEntry, friendlyName: string, atMs: number): void {
  shelf.entities.set(spec.id, {
    ...entry,
    entity_category: spec.category ?? null,
    labels: spec.labels ?? [],
    original_device_class: spec.attributes?.['device_class'] ?? null,
  });
  if (spec.curve !== undefined) shelf.curves.set(spec.id, spec.curve);
  const state = spec.curve === undefined ? (spec.state ?? 'unknown') : curveState(spec.curve, spec.id, atMs);
  const attributes = { ...spec.attributes, friendly_name: friendlyName };
  const moment = { changedMs: atMs, updatedMs: atMs, context: noContext };
  shelf.states.set(spec.id, { entity_id: spec.id, state, attributes, ...moment });
}

function addDevice(shelf: Shelf, spec: DeviceSpec, row: DeviceEntry, atMs: number): void {
  for (const one of spec.entities) {
    const empty = emptyEntry(one.id, spec.platform, stableId(one.id).slice(0, 12), atMs);
    const names = { original_name: one.part ?? null, next_name_part: 'device' };
    const friendly = one.part === undefined ? spec.name : `${spec.name} ${one.part}`;
    addEntity(
      shelf,
      one,
      { ...empty, ...names, device_id: row.id, config_entry_id: row.config_entries[0] ?? null },
      friendly,
      atMs,
    );
  }
}

/** Turns a scenario into the records that all its homes share. */
export function buildTemplate(spec: ScenarioSpec, atMs: number, sharesDevices = false): HomeTemplate {
  const shelf: Shelf = { states: new Map(), entities: new Map(), curves: new Map() };
  const devices = new Map<string, DeviceEntry>();
  const configEntries = new Map<string, Json>();
  for (const device of spec.devices) {
    const owners = [device.platform, ...(sharesDevices && device.alsoOn !== undefined ? [device.alsoOn] : [])];
    const entryIds = owners.map((domain) => stableId(`entry/${domain}`).slice(0, 26).toUpperCase());
    for (const [at, id] of entryIds.entries())
      if (!configEntries.has(id)) configEntries.set(id, configEntry(owners[at] ?? '', id, atMs));
    const row = emptyDevice(device, entryIds[0] ?? '', atMs);
    devices.set(row.id, sharesDevices ? { ...row, config_entry_id: undefined, config_entries: entryIds } : row);
    addDevice(shelf, device, row, atMs);
  }
  const made = [
    ...spec.loose,
    ...spec.items.map(([kind, id, config]) => itemEntity(kind, id, config)),
    ...spec.helpers.map(([type, row]) => helperEntity(type, row)),
  ];
  for (const one of made) {
    const entry = { ...emptyEntry(one.id, one.platform, one.uniqueId, atMs), original_name: one.name };
    addEntity(shelf, one, entry, one.name, atMs);
  }
  const floors = spec.floors.map(([name, level, icon]) => floorRow(name, { level, icon }, atMs));
  const areas = spec.areas.map(([name, floor, icon]) =>
    areaRow(name, { floor_id: floor && slugOf(floor), icon }, atMs),
  );
  const labels = spec.labels.map(([name, color]) => labelRow(name, { color }, atMs));
  return {
    builtMs: atMs,
    eventsPerSecond: spec.eventsPerSecond,
    ...shelf,
    driftIds: [...shelf.curves.keys()],
    devices,
    configEntries,
    areas: new Map(areas.map((row) => [textOf(row['area_id']), row])),
    floors: new Map(floors.map((row) => [textOf(row['floor_id']), row])),
    labels: new Map(labels.map((row) => [textOf(row['label_id']), row])),
    items: new Map(spec.items.map(([kind, id, config]) => [`${kind}/${id}`, config])),
    helpers: new Map(spec.helpers.map(([type, row]) => [`${type}/${textOf(row['id'])}`, row])),
  };
}
