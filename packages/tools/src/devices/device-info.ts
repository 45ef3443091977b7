import { areaIdOfDevice } from '@hub/ha/placement.ts';
import type { Device, EntityEntry } from '@hub/ha/records.ts';
import { z } from 'zod';

/** `["zha", "00:15:8d:…"]`: who knows the device, and by which id. */
const pairsSchema = z.array(z.tuple([z.string(), z.unknown()], z.unknown())).catch([]);

export interface DeviceInfo {
  readonly device_id: string;
  readonly name: string | null;
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly sw_version: unknown;
  readonly area_id: string | null;
  /** zha, zigbee2mqtt, zwave_js, mqtt, or the first integration that knows it. */
  readonly integration_type: string;
  readonly integration_sources: readonly string[];
  readonly via_device_id: string | null;
  readonly ieee_address?: string;
  /** Zigbee2MQTT's name for it, which stands in its topics. */
  readonly friendly_name?: string | null;
  readonly mqtt_topic_hint?: string;
  readonly zha_trigger_hint?: string;
  readonly node_id?: string;
}

export interface DeviceEntity {
  readonly entity_id: string;
  readonly name: string | null;
  readonly platform: string;
}

/** Entities by device, in the order of the registry. */
export function entitiesByDevice(entries: Iterable<EntityEntry>): ReadonlyMap<string, readonly DeviceEntity[]> {
  const found = new Map<string, DeviceEntity[]>();
  for (const { device_id: id, entity_id, name, original_name, platform } of entries) {
    if (!id) continue;
    const row = { entity_id, name: name ?? original_name, platform };
    const known = found.get(id);
    if (known) known.push(row);
    else found.set(id, [row]);
  }
  return found;
}

/** What people and automations need to know of a device, its radio's names for it included. */
export function deviceInfo(
  device: Device,
  devices: ReadonlyMap<string, Device>,
  entities: readonly DeviceEntity[],
): DeviceInfo {
  const identifiers = pairsSchema.parse(device['identifiers']);
  const known = new Set(identifiers.map(([domain]) => domain));
  const sources = known.size > 0 ? [...known] : [...new Set(entities.map(({ platform }) => platform))];
  const bridged = identifiers.find(([domain, id]) => domain === 'mqtt' && /zigbee2mqtt/i.test(String(id)));
  const type = typeOf(sources, bridged !== undefined);
  const name = device.name_by_user ?? device.name;
  const ieee = ieeeOf(identifiers, pairsSchema.parse(device['connections']), bridged?.[1]);
  const node = identifiers.find(([domain, id]) => domain === 'zwave_js' && String(id).includes('-'))?.[1];
  return {
    device_id: device.id,
    name,
    manufacturer: device.manufacturer ?? null,
    model: device.model ?? null,
    sw_version: device['sw_version'] ?? null,
    area_id: areaIdOfDevice(device, devices) ?? null,
    integration_type: type,
    integration_sources: sources,
    via_device_id: device.via_device_id ?? null,
    ...(ieee === undefined ? {} : { ieee_address: ieee }),
    ...(type === 'zigbee2mqtt' ? { friendly_name: name, mqtt_topic_hint: `zigbee2mqtt/${name}/…` } : {}),
    ...(type === 'zha' && ieee !== undefined
      ? { zha_trigger_hint: `zha_event triggers name it by device_ieee ${ieee}` }
      : {}),
    ...(type === 'zwave_js' && node !== undefined ? { node_id: String(node).split('-')[1] ?? '' } : {}),
  };
}

/** Ids of the config entries a device belongs to; since 2026.8 it has one. */
export function configEntriesOf(device: Device): readonly string[] {
  const single = device['config_entry_id'];
  return device.config_entries ?? (typeof single === 'string' ? [single] : []);
}

/** The id by which an integration knows a device: the first of `[domain, id]`. */
export function identifierOf(device: Device, domain: string): string | undefined {
  const found = pairsSchema.parse(device['identifiers']).find(([one]) => one === domain);
  return found && String(found[1]);
}

function typeOf(sources: readonly string[], isBridged: boolean): string {
  if (sources.includes('zha')) return 'zha';
  if (isBridged) return 'zigbee2mqtt';
  return ['zwave_js', 'mqtt'].find((one) => sources.includes(one)) ?? sources[0] ?? 'unknown';
}

type Pairs = z.infer<typeof pairsSchema>;

/** ZHA's identifier, the end of Zigbee2MQTT's (`zigbee2mqtt_0x00158d…`), or the address among the connections. */
function ieeeOf(identifiers: Pairs, connections: Pairs, bridged: unknown): string | undefined {
  const zha = identifiers.find(([domain]) => domain === 'zha')?.[1];
  const ofBridge = /_(0x[0-9a-f]+)$/i.exec(String(bridged))?.[1];
  const found = zha ?? ofBridge ?? connections.find(([kind]) => kind === 'ieee' || kind === 'zigbee')?.[1];
  return found === undefined ? undefined : String(found);
}
