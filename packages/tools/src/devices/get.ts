import { Fault } from '@hub/core/fault.ts';
import type { Device, EntityEntry } from '@hub/ha/records.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { entityNotFound } from '../shared/entity-not-found.ts';
import { page, pageShape } from '../shared/page.ts';
import { count, successShape } from '../shared/parameters.ts';
import { configEntriesOf, deviceInfo, entitiesByDevice } from './device-info.ts';
import { type DeviceFilter, listDevices } from './list-devices.ts';
import { deviceNotFound } from './not-found.ts';
import { radioReport } from './radio.ts';

/** Answered from the mirror, but for what a radio knows. Source: HA `config/device_registry/list`. */
export const tool = defineTool({
  name: 'ha_get_device',
  title: 'Get Device (incl. Zigbee/ZHA/Z2M, Z-Wave and Matter)',
  docs: 'One device by device_id or by one of its entities, with its entities, identifiers and what its Zigbee, Z-Wave or Matter radio knows; without either, a list filtered by integration, area or manufacturer. To find an entity use ha_search; to change a device ha_set_device.',
  tags: ['Device Registry', 'Matter', 'Z-Wave', 'Zigbee'],
  scope: 'home',
  effect: 'read',
  idempotent: true,
  input: z.strictObject({
    device_id: z.string().optional(),
    entity_id: z.string().optional().describe('the device this entity belongs to'),
    integration: z.string().optional().describe('list only: e.g. zha, zigbee2mqtt, zwave_js, hue'),
    area_id: z.string().optional().describe('list only: id or name of an area'),
    manufacturer: z.string().optional().describe('list only: part of its name'),
    limit: count(1, 200).default(50),
    offset: count(0).default(0),
    detail_level: z.enum(['summary', 'full']).default('summary').describe('list only: full adds the entities'),
  }),
  output: z.looseObject({
    ...successShape,
    ...z.object(pageShape).partial().shape,
    devices: z.array(z.looseObject({ device_id: z.string() })).optional(),
    device: z.looseObject({ device_id: z.string() }).optional(),
    entities: z.array(z.looseObject({ entity_id: z.string() })).optional(),
  }),
  async run(call, context) {
    const [devices, entries] = await Promise.all([context.home.devices(), context.home.entities()]);
    const deviceId =
      call.device_id || (call.entity_id ? await deviceOfEntity(call.entity_id, entries, context) : undefined);
    if (deviceId !== undefined) return one(deviceId, call.entity_id, devices, entries, context);
    const filter: DeviceFilter = call;
    const { rows, extras } = await listDevices(filter, devices, entries, context.home);
    const { items, block } = page(rows, call.offset, call.limit);
    return {
      success: true as const,
      ...block,
      total_devices: devices.size,
      devices: items.map((item) => ({ ...item })),
      detail_level: call.detail_level,
      ...extras,
    };
  },
});

async function deviceOfEntity(
  entityId: string,
  entries: ReadonlyMap<string, EntityEntry>,
  { home }: ToolContext,
): Promise<string> {
  const entry = entries.get(entityId);
  if (!entry && !(await home.states()).has(entityId)) throw entityNotFound(entityId, entries.keys());
  if (entry?.device_id) return entry.device_id;
  throw new Fault('ENTITY_NOT_FOUND', `${entityId} belongs to no device.`, {
    suggestion: 'Helpers, scenes, automations and scripts have none; ha_get_entity shows what it is.',
    context: { entity_id: entityId },
  });
}

async function one(
  deviceId: string,
  entityId: string | undefined,
  devices: ReadonlyMap<string, Device>,
  entries: ReadonlyMap<string, EntityEntry>,
  { home, signal }: ToolContext,
) {
  const device = devices.get(deviceId);
  if (!device) throw deviceNotFound(deviceId, devices.keys());
  const entities = entitiesByDevice(entries.values()).get(deviceId) ?? [];
  const info = deviceInfo(device, devices, entities);
  const { report, warnings } = await radioReport(home, info, signal);
  return {
    success: true as const,
    device: {
      ...info,
      name_by_user: device.name_by_user,
      default_name: device.name,
      hw_version: device['hw_version'] ?? null,
      serial_number: device['serial_number'] ?? null,
      disabled_by: device.disabled_by,
      labels: device.labels,
      config_entries: configEntriesOf(device),
      connections: device['connections'] ?? [],
      identifiers: device['identifiers'] ?? [],
      ...(device.parent_device_id ? { parent_device_id: device.parent_device_id } : {}),
      ...report,
    },
    entities: entities.map((entity) => ({ ...entity })),
    entity_count: entities.length,
    queried_by: entityId ? 'entity_id' : 'device_id',
    queried_entity_id: entityId ?? null,
    ...(warnings.length > 0 ? { warnings: [...warnings] } : {}),
  };
}
