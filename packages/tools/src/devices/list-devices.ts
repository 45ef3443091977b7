import type { Device, EntityEntry } from '@hub/ha/records.ts';
import type { View } from '@hub/ha/view.ts';
import { type DeviceEntity, type DeviceInfo, deviceInfo, entitiesByDevice } from './device-info.ts';

export interface DeviceFilter {
  readonly integration?: string | undefined;
  readonly area_id?: string | undefined;
  readonly manufacturer?: string | undefined;
  readonly detail_level: 'summary' | 'full';
}

type ListedDevice = DeviceInfo & { readonly entities?: readonly DeviceEntity[] };

const USAGE = new Map([
  ['zigbee2mqtt', 'Topics name a device by friendly_name: zigbee2mqtt/<friendly_name>/…'],
  ['zha', 'zha_event triggers name a device by its ieee_address.'],
  ['zwave_js', 'node_id tells Z-Wave devices apart; ask for a single one to see its security and routing.'],
]);

/** The devices that pass every filter, and what of the filters goes into the answer. */
export async function listDevices(
  filter: DeviceFilter,
  devices: ReadonlyMap<string, Device>,
  entries: ReadonlyMap<string, EntityEntry>,
  home: View,
): Promise<{ readonly rows: readonly ListedDevice[]; readonly extras: Readonly<Record<string, unknown>> }> {
  const { integration, area_id: area, manufacturer, detail_level: level } = filter;
  const entities = entitiesByDevice(entries.values());
  const areaId = area ? await areaIdOf(home, area) : undefined;
  const wantedIntegration = integration?.trim().toLowerCase();
  const wantedMaker = manufacturer?.trim().toLowerCase();
  const rows = [...devices.values()].flatMap((device): ListedDevice[] => {
    const own = entities.get(device.id) ?? [];
    const info = deviceInfo(device, devices, own);
    const isWanted =
      (!area || info.area_id === areaId) &&
      (!wantedMaker || (info.manufacturer ?? '').toLowerCase().includes(wantedMaker)) &&
      (!wantedIntegration || isOf(info, wantedIntegration));
    if (!isWanted) return [];
    return [level === 'full' ? { ...info, entities: own } : info];
  });
  const applied = Object.entries({ integration, area_id: area, manufacturer }).flatMap(([key, value]) =>
    value ? [`${key}=${value}`] : [],
  );
  return {
    rows,
    extras: {
      ...(applied.length > 0 ? { filters: applied } : {}),
      ...(integration ? { integration_filter: integration } : {}),
      ...(area ? { area_filter: area } : {}),
      ...(manufacturer ? { manufacturer_filter: manufacturer } : {}),
      ...radioExtras(wantedIntegration, rows),
      ...(area && areaId === undefined ? { warnings: [`There is no area '${area}'; see ha_list_floors_areas.`] } : {}),
    },
  };
}

/** Zigbee2MQTT's devices are MQTT's to Home Assistant, so the three radios are told apart by type. */
function isOf(info: DeviceInfo, integration: string): boolean {
  return USAGE.has(integration)
    ? info.integration_type === integration
    : info.integration_sources.includes(integration);
}

async function areaIdOf(home: View, given: string): Promise<string | undefined> {
  const areas = await home.areas();
  if (areas.has(given)) return given;
  const wanted = given.trim().toLowerCase();
  return [...areas.values()].find(({ name }) => name.toLowerCase() === wanted)?.area_id;
}

function radioExtras(integration: string | undefined, rows: readonly ListedDevice[]): Record<string, unknown> {
  const usage = integration === undefined ? undefined : USAGE.get(integration);
  const bridge =
    integration === 'zigbee2mqtt'
      ? rows.find(({ via_device_id: via, name }) => via === null && /bridge/i.test(name ?? ''))
      : undefined;
  return {
    ...(bridge
      ? { bridge: { device_id: bridge.device_id, name: bridge.name, ieee_address: bridge.ieee_address ?? null } }
      : {}),
    ...(usage === undefined ? {} : { usage_hint: usage }),
  };
}
