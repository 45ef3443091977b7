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
