import { stableId } from './identifiers.ts';
import type { Json } from './read.ts';

/** What the radios of one home know and were told. */
export interface RadioState {
  /** Every command a radio took, oldest first. */
  readonly told: Json[];
  readonly zigbeeGroups: Map<number, { readonly name: string; readonly members: readonly Json[] }>;
  readonly zigbeeBackups: Json[];
  readonly zigbeeAttributes: Map<string, unknown>;
  readonly threadDatasets: Map<string, Json>;
  zigbeeChannel: number;
  threadChannel: number;
}

/** As a network key looks; no answer may show it to a person who did not ask Home Assistant itself. */
export const networkKey = 'f1:4d:89:02:6b:3c:a0:77:15:e2:90:48:bb:5d:06:c1';
export const threadTlvs = `0e080000000000010000000300000f${stableId('thread tlvs')}${stableId('more tlvs')}0c0402a0f7f8`;
export const routerAddress = '1ed8a5ee3c2f0a41';

export function openRadios(): RadioState {
  return {
    told: [],
    zigbeeGroups: new Map(),
    zigbeeBackups: [],
    zigbeeAttributes: new Map(),
    threadDatasets: new Map([
      ['01JHTHREADDATASET0000000001', thread('01JHTHREADDATASET0000000001', 'ha-thread-3c2f', 15)],
    ]),
    zigbeeChannel: 20,
    threadChannel: 15,
  };
}

export function thread(
  dataset_id: string,
  network_name: string,
  channel: number,
  source = 'OpenThread Border Router',
): Json {
  return {
    channel,
    created: '2026-01-04T10:00:00+00:00',
    dataset_id,
    extended_pan_id: '9ac4a7e15b3d0c22',
    network_name,
    pan_id: '3c2f',
    preferred: true,
    preferred_border_agent_id: null,
    preferred_extended_address: null,
    source,
  };
}
