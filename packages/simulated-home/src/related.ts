import { type Commands, command } from './command.ts';
import type { HomeModel } from './home-model.ts';
import { domainOf, type Json, textOf } from './read.ts';
import { expandTarget } from './targets.ts';

const idKeys = {
  area: 'area_id',
  device: 'device_id',
  floor: 'floor_id',
  label: 'label_id',
  entity: 'entity_id',
} as const;

function isTargetKind(kind: string): kind is keyof typeof idKeys {
  return Object.hasOwn(idKeys, kind);
}

/** Automations, scripts and scenes whose stored text names one of these ids. */
function itemsNaming(home: HomeModel, ids: ReadonlySet<string>): string[] {
  const found: string[] = [];
  for (const [key, config] of home.items.entries()) {
    const words = new Set(JSON.stringify(config).match(/[\w.]+/g));
    if (![...ids].some((id) => words.has(id))) continue;
    const [kind = '', id = ''] = key.split('/');
    const entry = home.entities.values().find((one) => domainOf(one.entity_id) === kind && one.unique_id === id);
    if (entry !== undefined) found.push(entry.entity_id);
  }
  return found;
}

function namedIn(home: HomeModel, entityId: string): string[] {
  const entry = home.entities.get(entityId);
  const config = home.items.get(`${domainOf(entityId)}/${entry?.unique_id ?? ''}`);
  const words: readonly string[] = JSON.stringify(config ?? {}).match(/\w+\.\w+/g) ?? [];
  return words.filter((word) => home.states.has(word) && word !== entityId);
}

function related(home: HomeModel, kind: string, id: string): Json {
  const isItem = ['automation', 'script', 'scene'].includes(kind);
  const target = isTargetKind(kind) ? { [idKeys[kind]]: id } : {};
  const { entities, devices, areas } = expandTarget(home, isItem ? { entity_id: namedIn(home, id) } : target);
  const entries = [...entities].flatMap((entityId) => home.entities.get(entityId) ?? []);
  const naming = itemsNaming(home, new Set([id, ...(isItem ? [] : entities)]));
  const configEntries = entries.flatMap((entry) => entry.config_entry_id ?? []);
  const devicesAbove = entries.flatMap((entry) => home.devices.get(entry.device_id ?? '') ?? []);
  const areasAbove = entries.flatMap(
    (entry) => entry.area_id ?? home.devices.get(entry.device_id ?? '')?.area_id ?? [],
  );
  const allAreas = [...areas, ...areasAbove];
  const floors = allAreas.map((area) => textOf(home.areas.get(area)?.['floor_id'])).filter((floor) => floor !== '');
  const found: Readonly<Record<string, readonly string[]>> = {
    entity: kind === 'entity' ? [] : [...entities],
    device: [...devices, ...devicesAbove.map((device) => device.id)].filter((one) => one !== id),
    area: allAreas.filter((one) => one !== id),
    floor: floors.filter((one) => one !== id),
    label: entries.flatMap((entry) => entry.labels).filter((one) => one !== id),
    config_entry: configEntries,
    integration: configEntries.map((one) => textOf(home.template.configEntries.get(one)?.['domain'])),
    automation: naming.filter((one) => domainOf(one) === 'automation' && one !== id),
    script: naming.filter((one) => domainOf(one) === 'script' && one !== id),
    scene: naming.filter((one) => domainOf(one) === 'scene' && one !== id),
  };
  const full = Object.entries(found).filter(([, ids]) => ids.length > 0);
  return Object.fromEntries(full.map(([key, ids]) => [key, [...new Set(ids)]]));
}

export const relatedCommands: Commands = {
  'search/related': command(
    'item_type! item_id! include_disabled_entities',
    ({ home, message: { item_type, item_id } }) => related(home, textOf(item_type), textOf(item_id)),
  ),
};
