import { listConfigEntries } from '@hub/ha/config-entries.ts';
import { listZhaDevices, readThreadRouters, readZwaveNetwork } from '@hub/ha/radio-networks.ts';
import type { ToolContext } from '../define.ts';
import { pick } from '../shared/fields.ts';

const MAX_DEVICES = 200;
const ZHA_FIELDS =
  'ieee nwk name user_given_name manufacturer model device_type power_source lqi rssi last_seen available'.split(' ');

/** The Zigbee network of ZHA, weakest links first; `isFull` adds neighbours and routes. */
export async function zhaNetwork({ home, signal }: ToolContext, isFull: boolean) {
  const devices = (await listZhaDevices(home, { signal })).toSorted((a, b) => quality(a) - quality(b));
  return {
    device_count: devices.length,
    unavailable_count: devices.filter((one) => one['available'] === false).length,
    devices: devices.slice(0, MAX_DEVICES).map((one) => (isFull ? one : pick(one, ZHA_FIELDS))),
  };
}

function quality({ lqi }: Readonly<Record<string, unknown>>): number {
  return typeof lqi === 'number' ? lqi : Number.POSITIVE_INFINITY;
}

/** Each Z-Wave network of the home. */
export async function zwaveNetwork({ home, signal }: ToolContext) {
  const entries = await listConfigEntries(home, 'zwave_js', { signal });
  const networks = entries.map(async ({ entry_id: entryId, title, state }) => ({
    ...{ entry_id: entryId, title, state },
    ...(state === 'loaded' ? await readZwaveNetwork(home, entryId, { signal }) : {}),
  }));
  return { network_count: entries.length, networks: await Promise.all(networks) };
}

export async function threadNetwork({ home, signal }: ToolContext) {
  const routers = await readThreadRouters(home, { signal });
  return { border_router_count: routers.length, border_routers: routers };
}

export async function matterNetwork({ home, signal }: ToolContext) {
  const [entries, devices] = await Promise.all([listConfigEntries(home, 'matter', { signal }), home.devices()]);
  const ids = new Set(entries.map((entry) => entry.entry_id));
  const ours = [...devices.values()].filter((device) => device.config_entries?.some((id) => ids.has(id)));
  return {
    servers: entries.map(({ entry_id, title, state }) => ({ entry_id, title, state })),
    device_count: ours.length,
    devices: ours.slice(0, MAX_DEVICES).map(({ id, name, name_by_user, manufacturer, model }) => ({
      ...{ device_id: id, name: name_by_user ?? name, manufacturer, model },
    })),
  };
}
