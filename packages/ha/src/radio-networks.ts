import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { CallOptions, Home } from './home.ts';

const rowsSchema = z.array(z.record(z.string(), z.unknown()));
const recordSchema = z.record(z.string(), z.unknown());

type Row = Readonly<Record<string, unknown>>;

/** All Zigbee devices with quality of their links, neighbours and routes. Needs an administrator. Source: HA `zha/devices`. @throws Fault COMPONENT_NOT_INSTALLED without ZHA */
export async function listZhaDevices(home: Home, options: CallOptions = {}): Promise<readonly Row[]> {
  return rowsSchema.parse(await home.send({ type: 'zha/devices' }, { ...options, isWrite: false }));
}

/** Controller and nodes of one Z-Wave network. Source: HA `zwave_js/network_status`. @throws Fault */
export async function readZwaveNetwork(home: Home, entryId: string, options: CallOptions = {}): Promise<Row> {
  const command = { type: 'zwave_js/network_status', entry_id: entryId };
  return recordSchema.parse(await home.send(command, { ...options, isWrite: false }));
}

/** Border routers of Home Assistant's own; the network's key, which stands in `active_dataset_tlvs`, is left out. Needs an administrator. Source: HA `otbr/info`. @throws Fault */
export async function readThreadRouters(home: Home, options: CallOptions = {}): Promise<readonly Row[]> {
  const answer = recordSchema.parse(await home.send({ type: 'otbr/info' }, { ...options, isWrite: false }));
  return Object.values(answer).map((row) => {
    const { active_dataset_tlvs: _key, ...shown } = recordSchema.parse(row);
    return shown;
  });
}

const datasetsSchema = z.looseObject({ datasets: rowsSchema });
const discoverySchema = z.looseObject({
  type: z.string(),
  key: z.string(),
  data: z.record(z.string(), z.unknown()).optional(),
});

/** Thread networks the home knows, without their keys. Needs an administrator. Source: HA `thread/list_datasets`. @throws Fault */
export async function listThreadDatasets(home: Home, options: CallOptions = {}): Promise<readonly Row[]> {
  const answer = await home.send({ type: 'thread/list_datasets' }, { ...options, isWrite: false });
  return datasetsSchema.parse(answer).datasets.map(({ tlv: _key, ...shown }) => shown);
}

/** Border routers that answer while we listen, whoever they belong to. Source: HA `thread/discover_routers`. @throws Fault */
export async function discoverThreadRouters(
  home: Home,
  { listenMs, signal }: { readonly listenMs: number; readonly signal: AbortSignal },
): Promise<readonly Row[]> {
  const found = new Map<string, Row>();
  const hear = (event: unknown) => {
    const { type, key, data } = discoverySchema.parse(event);
    if (type === 'router_removed') found.delete(key);
    else found.set(key, { key, ...data });
  };
  const listening = await home.subscribe({ type: 'thread/discover_routers' }, hear, { signal });
  try {
    await delay(listenMs, undefined, { signal });
  } finally {
    await listening.close();
  }
  return [...found.values()];
}
