import { type Commands, command } from './command.ts';
import type { HomeModel } from './home-model.ts';
import { idsOf, type Json, recordOf, textOf } from './read.ts';
import type { DeviceEntry, EntityEntry } from './template.ts';

interface Expanded {
  readonly entities: ReadonlySet<string>;
  readonly devices: ReadonlySet<string>;
  readonly areas: ReadonlySet<string>;
}

function named(target: Json, key: string): string[] {
  return idsOf(target[key]).filter((id) => id !== 'none' && id !== 'all');
}

function areasOf(home: HomeModel, target: Json, labels: ReadonlySet<string>): Set<string> {
  const floors = new Set(named(target, 'floor_id'));
  const isMeant = (row: Json) =>
    floors.has(textOf(row['floor_id'])) || idsOf(row['labels']).some((label) => labels.has(label));
  const found = floors.size + labels.size === 0 ? [] : [...home.areas.entries()].filter(([, row]) => isMeant(row));
  return new Set([...named(target, 'area_id'), ...found.map(([id]) => id)]);
}

function devicesOf(
  home: HomeModel,
  target: Json,
  areas: ReadonlySet<string>,
  labels: ReadonlySet<string>,
): Set<string> {
  const isMeant = ({ area_id, labels: own }: DeviceEntry) =>
    areas.has(area_id ?? '') || own.some((label) => labels.has(label));
  const found = areas.size + labels.size === 0 ? [] : home.devices.values().filter(isMeant);
  return new Set([...named(target, 'device_id'), ...found.map(({ id }) => id)]);
}

/** Entities, devices and areas behind a target. Hidden, config and diagnostic entities are reached only by their own id or label, as in Home Assistant. */
export function expandTarget(home: HomeModel, target: Json): Expanded {
  const labels = new Set(named(target, 'label_id'));
  const areas = areasOf(home, target, labels);
  const devices = devicesOf(home, target, areas, labels);
  const isReached = (entry: EntityEntry): boolean => {
    if (entry.labels.some((label) => labels.has(label))) return true;
    if (entry.hidden_by !== null || entry['entity_category'] !== null) return false;
    // An entity moved to another area does not follow its device's area.
    const isDirect = named(target, 'device_id').includes(entry.device_id ?? '');
    const device = entry.device_id === null ? undefined : home.devices.get(entry.device_id);
    const isLabelled = device?.labels.some((label) => labels.has(label)) === true;
    return isDirect || isLabelled || areas.has(entry.area_id ?? device?.area_id ?? '');
  };
  const needsScan = areas.size + devices.size + labels.size > 0;
  const reached = needsScan ? home.entities.values().filter(isReached) : [];
  const everything = idsOf(target['entity_id']).includes('all') ? home.states.keys() : [];
  const entities = new Set([...named(target, 'entity_id'), ...reached.map((one) => one.entity_id), ...everything]);
  return { entities, devices, areas };
}

function missing(rows: { has(id: string): boolean }, target: Json, key: string): string[] {
  return named(target, key).filter((id) => !rows.has(id));
}

export const targetCommands: Commands = {
  extract_from_target: command('target! expand_group primary_entities_only', ({ home, message }) => {
    const target = recordOf(message['target']);
    const { entities, devices, areas } = expandTarget(home, target);
    return {
      referenced_entities: [...entities],
      referenced_devices: [...devices],
      referenced_areas: [...areas],
      missing_devices: missing(home.devices, target, 'device_id'),
      missing_areas: missing(home.areas, target, 'area_id'),
      missing_floors: missing(home.floors, target, 'floor_id'),
      missing_labels: missing(home.labels, target, 'label_id'),
    };
  }),
};
