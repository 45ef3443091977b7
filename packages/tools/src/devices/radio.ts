import { Fault } from '@hub/core/fault.ts';
import type { View } from '@hub/ha/view.ts';
import { z } from 'zod';
import { pick } from '../shared/fields.ts';
import type { DeviceInfo } from './device-info.ts';

const recordSchema = z.record(z.string(), z.unknown());
const zhaSchema = z.array(z.looseObject({ ieee: z.string() }));

const NODE_STATUS =
  'node_id status is_routing is_secure highest_security_class zwave_plus_version is_controller_node'.split(' ');
const DIAGNOSTICS =
  'network_type node_type available network_name mac_address active_fabrics active_fabric_index'.split(' ');

export interface RadioReport {
  readonly radio_metrics?: Readonly<Record<string, unknown>>;
  readonly node_status?: Readonly<Record<string, unknown>>;
  readonly node_diagnostics?: Readonly<Record<string, unknown>>;
}

/**
 * How a Zigbee, Z-Wave or Matter device is reached. It is beside the point when its radio does not answer: that is a warning.
 * Source: HA `zha/devices`, `zwave_js/node_status`, `matter/node_diagnostics`.
 */
export async function radioReport(
  home: View,
  info: DeviceInfo,
  signal: AbortSignal,
): Promise<{ readonly report: RadioReport; readonly warnings: readonly string[] }> {
  try {
    return { report: await ask(home, info, signal), warnings: [] };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { report: {}, warnings: [`What ${info.integration_type} knows of it is missing: ${error.message}`] };
  }
}

async function ask(home: View, info: DeviceInfo, signal: AbortSignal): Promise<RadioReport> {
  const options = { signal, isWrite: false };
  const { device_id, ieee_address: ieee } = info;
  switch (info.integration_type) {
    case 'zha': {
      const all = zhaSchema.parse(await home.send({ type: 'zha/devices' }, options));
      const found = all.find((one) => one.ieee === ieee);
      return found ? { radio_metrics: pick(found, ['lqi', 'rssi']) } : {};
    }
    case 'zwave_js': {
      const status = recordSchema.parse(await home.send({ type: 'zwave_js/node_status', device_id }, options));
      return { node_status: pick(status, NODE_STATUS) };
    }
    case 'matter': {
      const told = recordSchema.parse(await home.send({ type: 'matter/node_diagnostics', device_id }, options));
      // Home Assistant spells the key so.
      const addresses = told['ip_adresses'] ?? told['ip_addresses'];
      return { node_diagnostics: { ...pick(told, DIAGNOSTICS), ip_addresses: addresses } };
    }
    default:
      return {};
  }
}
