import { listConfigEntries } from '@hub/ha/config-entries.ts';
import { listZhaDevices, readThreadRouters, readZwaveNetwork } from '@hub/ha/radio-networks.ts';
import { z } from 'zod';
import type { ToolContext } from '../define.ts';
import { pick } from '../shared/fields.ts';

const MAX_DEVICES = 200;
const ZHA_FIELDS =
  'ieee nwk name user_given_name manufacturer model device_type power_source lqi rssi last_seen available'.split(' ');

/** The Zigbee network of ZHA, weakest links first; `isFull` adds neighbours and routes. */
export async function zhaNetwork({ home, signal }: ToolContext, isFull: boolean) {
  const devices = (await listZhaDevices(home, { signal })).toSorted((a, b) => quality(a) - quality(b));
  const shown = devices.slice(0, MAX_DEVICES).map((one) => (isFull ? one : pick(one, ZHA_FIELDS)));
  return {
    devices: shown,
    ...{ count: shown.length, total_count: devices.length },
    unavailable_count: devices.filter((one) => one['available'] === false).length,
    ...cut(shown.length, devices.length, 'zha'),
  };
}

function cut(shown: number, total: number, integration: string) {
  const hint = `${shown} of ${total} are shown; ha_get_device with integration '${integration}' lists all.`;
  return shown < total ? { truncated: true, hint } : {};
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
  const read = await Promise.all(networks);
  const nodes = read.flatMap(nodesOf);
  return {
    ...{ networks: read.map(withoutNodes), network_count: entries.length },
    ...{ nodes: nodes.slice(0, MAX_DEVICES), count: Math.min(nodes.length, MAX_DEVICES), total_count: nodes.length },
    ...cut(Math.min(nodes.length, MAX_DEVICES), nodes.length, 'zwave_js'),
    ...(entries.length === 0 ? { error: 'No Z-Wave network is set up in this home.' } : {}),
  };
}

const networkSchema = z.looseObject({
  title: z.string(),
  controller: z.looseObject({ nodes: z.array(z.record(z.string(), z.unknown())).default([]) }).optional(),
});

/** Each node says which network it is of. */
function nodesOf(network: unknown) {
  const { title, controller } = networkSchema.parse(network);
  return (controller?.nodes ?? []).map((node) => ({ network: title, ...node }));
}

function withoutNodes(network: unknown) {
  const { controller, ...rest } = networkSchema.parse(network);
  const { nodes: _nodes, ...facts } = controller ?? { nodes: [] };
  return { ...rest, ...(controller ? { controller: facts } : {}) };
}

export async function threadNetwork({ home, signal }: ToolContext) {
  const routers = await readThreadRouters(home, { signal });
  return { border_routers: routers, count: routers.length };
}

export async function matterNetwork({ home, signal }: ToolContext) {
  const [entries, devices] = await Promise.all([listConfigEntries(home, 'matter', { signal }), home.devices()]);
  const ids = new Set(entries.map((entry) => entry.entry_id));
  const ours = [...devices.values()].filter((device) => device.config_entries?.some((id) => ids.has(id)));
  return {
    ...(entries[0] ? { config_entry_id: entries[0].entry_id, state: entries[0].state, title: entries[0].title } : {}),
    ...(entries.length === 0 ? { error: 'Matter is not set up in this home.' } : {}),
    servers: entries.map(({ entry_id, title, state }) => ({ entry_id, title, state })),
    device_count: ours.length,
    devices: ours.slice(0, MAX_DEVICES).map(({ id, name, name_by_user, manufacturer, model }) => ({
      ...{ device_id: id, name: name_by_user ?? name, manufacturer, model },
    })),
  };
}
