import type { EntityEntry } from './records.ts';
import { isRecord } from './selector.ts';
import type { View } from './view.ts';

/** On the device of a lock these may open it as well: an unlatch button, a lock-mode select, a relay. */
const JUDGED_BY_DEVICE = new Set(['button', 'number', 'remote', 'select', 'switch', 'text']);
const ENTRANCE_DOMAINS = new Set(['alarm_control_panel', 'cover', 'lock']);

interface Kin {
  /** Locks, alarms and covers of each device. */
  readonly entrances: ReadonlyMap<string, readonly string[]>;
  /** A switch shown as something else, both ways. Source: HA `components/switch_as_x`. */
  readonly sameThing: ReadonlyMap<string, readonly string[]>;
}

/** Registry contents live as long as nothing in them changes. */
const known = new WeakMap<ReadonlyMap<string, EntityEntry>, Kin>();

/** Entities that move when this one is acted on, besides the members of a group: to be judged with it. */
export async function kinOf(entityId: string, view: View): Promise<readonly string[]> {
  const entries = await view.entities();
  const kin = known.get(entries) ?? readKin(entries);
  known.set(entries, kin);
  const deviceId = entries.get(entityId)?.device_id;
  const isJudgedByDevice = JUDGED_BY_DEVICE.has(entityId.slice(0, entityId.indexOf('.')));
  const besides = deviceId && isJudgedByDevice ? (kin.entrances.get(deviceId) ?? []) : [];
  return [...besides, ...(kin.sameThing.get(entityId) ?? [])];
}

function readKin(entries: ReadonlyMap<string, EntityEntry>): Kin {
  const entrances = new Map<string, string[]>();
  const sameThing = new Map<string, string[]>();
  const add = (map: Map<string, string[]>, key: string, id: string) => map.set(key, [...(map.get(key) ?? []), id]);
  for (const entry of entries.values()) {
    const { entity_id: id, device_id: deviceId } = entry;
    if (deviceId && ENTRANCE_DOMAINS.has(id.slice(0, id.indexOf('.')))) add(entrances, deviceId, id);
    const source = sourceOf(entry);
    if (source === undefined) continue;
    add(sameThing, source, id);
    add(sameThing, id, source);
  }
  return { entrances, sameThing };
}

function sourceOf({ options }: EntityEntry): string | undefined {
  const own = isRecord(options) ? options['switch_as_x'] : undefined;
  const source = isRecord(own) ? own['entity_id'] : undefined;
  return typeof source === 'string' ? source : undefined;
}
