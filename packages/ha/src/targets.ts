import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import type { Device, EntityEntry, EntityState } from './records.ts';
import { isAny, readSelector, type TargetIds } from './selector.ts';
import type { View } from './view.ts';

export interface MissingItem {
  readonly kind: 'entity' | 'device' | 'area' | 'floor' | 'label';
  readonly id: string;
}

export interface ExpandedTarget {
  /** Every entity the target reaches; groups are listed beside their members. */
  readonly entityIds: readonly string[];
  /** Named, but not in this home (or not visible on this connector). */
  readonly missing: readonly MissingItem[];
}

/** Which of the entities behind a device or area count. */
interface Breadth {
  readonly includesHidden: boolean;
}

const REGISTRY_ID = /^[0-9a-f]{32}$/;
const extractedSchema = z.looseObject({ referenced_entities: z.array(z.string()) });

/**
 * The entities a target selector (entity_id, device_id, area_id, floor_id, label_id, exclude) reaches, by Home Assistant's own rules:
 * hidden, configuration and diagnostic entities only by their own id or label; an entity with an area of its own does not follow its device.
 * Answered from the mirror. Source: HA `helpers/target.py`. @throws Fault CONNECTION_FAILED
 */
export async function expandTarget(view: View, selector: Readonly<Record<string, unknown>>): Promise<ExpandedTarget> {
  const { ids: given, exclude } = readSelector(selector);
  if (!isAny(given)) return { entityIds: [], missing: [] };
  const ids = await withoutRegistryIds(given, view);
  const reached = await reach(view, ids, { includesHidden: false });
  if (!exclude || !isAny(exclude)) return reached;
  const excluded = new Set((await reach(view, exclude, { includesHidden: true })).entityIds);
  return { entityIds: reached.entityIds.filter((id) => !excluded.has(id)), missing: reached.missing };
}

/** Where an entity id belongs, its 32 hex digits in the registry may stand. Source: HA `cv.entity_ids_or_uuids`. */
async function withoutRegistryIds(ids: TargetIds, view: View): Promise<TargetIds> {
  if (ids.entities === 'all' || ![...ids.entities].some((id) => REGISTRY_ID.test(id))) return ids;
  const byId = new Map([...(await view.entities()).values()].map((entry) => [entry['id'], entry.entity_id]));
  return { ...ids, entities: new Set([...ids.entities].map((id) => byId.get(id) ?? id)) };
}

async function reach(view: View, ids: TargetIds, breadth: Breadth): Promise<ExpandedTarget> {
  const states = await view.states();
  if (ids.entities === 'all') return { entityIds: [...states.keys()], missing: [] };
  const reached = new Set<string>();
  const missing: MissingItem[] = [];
  for (const entityId of ids.entities) {
    if (states.has(entityId)) addWithMembers(reached, entityId, states);
    else missing.push({ kind: 'entity', id: entityId });
  }
  if (ids.devices.size + ids.areas.size + ids.floors.size + ids.labels.size === 0)
    return { entityIds: [...reached], missing };
  const indirect = await reachIndirectly(view, ids, breadth, missing);
  for (const entityId of indirect) addWithMembers(reached, entityId, states);
  return { entityIds: [...reached], missing };
}

async function reachIndirectly(
  view: View,
  ids: TargetIds,
  { includesHidden }: Breadth,
  missing: MissingItem[],
): Promise<readonly string[]> {
  const [entries, devices, areas, floors, labels] = await Promise.all([
    view.entities(),
    view.devices(),
    view.areas(),
    ids.floors.size > 0 ? view.floors() : undefined,
    ids.labels.size > 0 ? view.labels() : undefined,
  ]);
  const lost = (kind: MissingItem['kind'], wanted: ReadonlySet<string>, known: ReadonlyMap<string, unknown>) => {
    for (const id of wanted) if (!known.has(id)) missing.push({ kind, id });
  };
  lost('area', ids.areas, areas);
  if (floors) lost('floor', ids.floors, floors);
  if (labels) lost('label', ids.labels, labels);
  const unknownDevices = [...ids.devices].filter((id) => !devices.has(id));
  const splits = unknownDevices.length > 0 ? await reachSplitDevices(view, unknownDevices, missing) : [];

  const isLabelled = (own: readonly string[]) => own.some((label) => ids.labels.has(label));
  const inAreas = new Set(ids.areas);
  for (const area of areas.values()) {
    if ((area.floor_id !== null && ids.floors.has(area.floor_id)) || isLabelled(area.labels)) inAreas.add(area.area_id);
  }
  const isNamed = (device: Device | undefined): boolean =>
    device !== undefined &&
    (ids.devices.has(device.id) || isLabelled(device.labels) || isNamed(devices.get(device.parent_device_id ?? '')));
  const isBehind = (entry: EntityEntry): boolean => {
    if (!includesHidden && entry.entity_category !== null) return false;
    const device = entry.device_id === null ? undefined : devices.get(entry.device_id);
    const area = entry.area_id ?? areaOf(device, devices);
    return isNamed(device) || (area !== null && inAreas.has(area));
  };
  const isReached = (entry: EntityEntry): boolean =>
    entry.disabled_by === null &&
    (includesHidden || entry.hidden_by === null) &&
    (isLabelled(entry.labels) || isBehind(entry));
  const found = [...entries.values()].filter(isReached).map(({ entity_id }) => entity_id);
  return [...splits, ...found];
}

/** A device that Home Assistant split in 2026.8 keeps its old id as an alias that no list holds; only the home can resolve it. */
async function reachSplitDevices(view: View, deviceIds: readonly string[], missing: MissingItem[]): Promise<string[]> {
  const states = await view.states();
  const reached: string[] = [];
  for (const deviceId of deviceIds) {
    const entityIds = await extractEntities(view, { device_id: [deviceId] });
    if (entityIds === undefined || entityIds.length === 0) missing.push({ kind: 'device', id: deviceId });
    else reached.push(...entityIds.filter((id) => states.has(id)));
  }
  return reached;
}

/**
 * The same question answered by the home itself, beyond any entity rules of the view; undefined when this home cannot tell.
 * Source: HA `extract_from_target` (2025.12 and later).
 */
export async function extractEntities(
  view: View,
  target: Readonly<Record<string, unknown>>,
): Promise<readonly string[] | undefined> {
  try {
    const answer = await view.send({ type: 'extract_from_target', target, expand_group: true }, { isWrite: false });
    return extractedSchema.parse(answer).referenced_entities;
  } catch (error) {
    if (error instanceof Fault && (error.code === 'COMPONENT_NOT_INSTALLED' || error.code === 'VALIDATION_FAILED'))
      return undefined;
    throw error;
  }
}

/** A child device without an area of its own lies where its parent does. */
function areaOf(device: Device | undefined, devices: ReadonlyMap<string, Device>): string | null {
  if (!device) return null;
  return device.area_id ?? devices.get(device.parent_device_id ?? '')?.area_id ?? null;
}

function addWithMembers(reached: Set<string>, entityId: string, states: ReadonlyMap<string, EntityState>): void {
  if (reached.has(entityId)) return;
  reached.add(entityId);
  if (!entityId.startsWith('group.')) return;
  for (const member of membersOf(states.get(entityId))) addWithMembers(reached, member, states);
}

/** Entities that a group, of whatever domain, or a scene lists as its own. */
export function membersOf(state: EntityState | undefined): readonly string[] {
  const listed = state?.attributes['entity_id'];
  return Array.isArray(listed) ? listed.filter((id): id is string => typeof id === 'string') : [];
}
