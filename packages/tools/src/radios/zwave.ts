import { readZwaveNetwork } from '@hub/ha/radio-networks.ts';
import { callService } from '@hub/ha/services.ts';
import { startCommand } from '@hub/ha/start-command.ts';
import { z } from 'zod';
import { pick } from '../shared/fields.ts';
import {
  act,
  ask,
  deviceOf,
  entryIdOf,
  given,
  isMissing,
  missing,
  type RadioActions,
  type RadioCall,
} from './action.ts';
import { firmwareUpdate } from './firmware.ts';

const MAX_NODES = 50;
const NODE =
  'node_id status ready is_routing is_secure highest_security_class zwave_plus_version is_controller_node has_firmware_update_cc'.split(
    ' ',
  );
const CREDENTIALS = ['qr_code_string', 'qr_provisioning_information', 'planned_provisioning_entry', 'dsk'];
/** INSECURE and SECURITY_S0: the others ask a person for the device's PIN midway. Source: zwave_js_server `InclusionStrategy`. */
const UNATTENDED = [2, 3];

const recordSchema = z.record(z.string(), z.unknown());
const networkSchema = z.looseObject({ controller: z.looseObject({ nodes: z.array(recordSchema).default([]) }) });

/** Source: HA `components/zwave_js/api.py`. Keys and the DSKs of devices go in, never out. */
export const zwave: RadioActions = {
  integration: 'zwave_js',
  absent: 'Z-Wave JS is not set up in this home',
  actions: {
    diagnostics: {
      does: 'how one node is reached and secured',
      effect: 'read',
      required: ['device_id'],
      async run(call) {
        const status = await ask(call, { type: 'zwave_js/node_status', device_id: deviceOf(call).id });
        return { node_status: pick(recordSchema.parse(status), NODE) };
      },
    },
    network_status: { does: 'controller and nodes', effect: 'read', optional: ['entry_id'], run: networkStatus },
    ping: {
      does: 'asks one node whether it hears',
      effect: 'read',
      required: ['device_id'],
      async run(call) {
        const { home, signal } = call.context;
        await callService(home, 'zwave_js', 'ping', { data: { device_id: deviceOf(call).id }, signal });
        const status = await ask(call, { type: 'zwave_js/node_status', device_id: deviceOf(call).id });
        return { node_status: pick(recordSchema.parse(status), NODE) };
      },
    },
    add: {
      does: 'includes a device by its QR code, planned entry or DSK, or unattended with inclusion_strategy 2 (insecure) or 3 (S0)',
      effect: 'system',
      optional: [
        ...CREDENTIALS,
        'smart_start',
        'inclusion_strategy',
        'force_security',
        'device_name',
        'area_id',
        'protocol',
        'entry_id',
      ],
      isLongRunning: true,
      run: add,
    },
    remove_device: {
      does: 'starts exclusion, or with failed: true drops a dead node',
      effect: 'destroy',
      needsConfirm: true,
      optional: ['device_id', 'failed', 'strategy', 'entry_id'],
      isLongRunning: true,
      run: removeDevice,
    },
    reinterview: {
      does: 'asks a node again what it can do',
      effect: 'system',
      required: ['device_id'],
      isLongRunning: true,
      async run(call) {
        const { home, signal } = call.context;
        await startCommand(home, { type: 'zwave_js/refresh_node_info', device_id: deviceOf(call).id }, { signal });
        return {};
      },
    },
    rebuild_routes: {
      does: 'finds new ways to one node, or with scope: network to all',
      effect: 'system',
      optional: ['device_id', 'scope', 'entry_id'],
      isLongRunning: true,
      async run(call) {
        const isNetwork = call.args['scope'] === 'network';
        const result = isNetwork
          ? await act(call, { type: 'zwave_js/begin_rebuilding_routes', entry_id: entryIdOf(call) })
          : await act(call, { type: 'zwave_js/rebuild_node_routes', device_id: deviceOf(call).id });
        return { scope: isNetwork ? 'network' : 'node', result };
      },
    },
    set_config_param: {
      does: 'sets a configuration parameter of a device',
      effect: 'system',
      required: ['device_id', 'property', 'value'],
      optional: ['endpoint', 'property_key'],
      async run(call) {
        const fields = given(call.args, 'property', 'value', 'property_key');
        const command = {
          type: 'zwave_js/set_config_parameter',
          device_id: deviceOf(call).id,
          endpoint: call.args['endpoint'] ?? 0,
        };
        return { ...fields, result: await act(call, { ...fields, ...command }) };
      },
    },
    firmware_update: firmwareUpdate,
    hard_reset: {
      does: 'wipes the controller with its whole network',
      effect: 'destroy',
      needsConfirm: true,
      optional: ['entry_id'],
      isLongRunning: true,
      async run(call) {
        const entryId = entryIdOf(call);
        const result = await act(call, { type: 'zwave_js/hard_reset_controller', entry_id: entryId });
        return { config_entry_id: entryId, result };
      },
    },
  },
};

async function networkStatus(call: RadioCall) {
  const entryId = entryIdOf(call);
  const { home, signal } = call.context;
  const network = networkSchema.parse(await readZwaveNetwork(home, entryId, { signal }));
  const { nodes, ...controller } = network.controller;
  return {
    config_entry_id: entryId,
    client: network['client'],
    controller,
    nodes: nodes.slice(0, MAX_NODES).map((node) => pick(node, NODE)),
    count: Math.min(nodes.length, MAX_NODES),
    total_count: nodes.length,
    ...(nodes.length > MAX_NODES ? { truncated: true } : {}),
  };
}

async function add(call: RadioCall) {
  const { args, context } = call;
  const entry_id = entryIdOf(call);
  const { home, signal } = context;
  if (args['smart_start'] === true) {
    if (isMissing(args['qr_provisioning_information'])) throw missing(call, ['qr_provisioning_information']);
    const fields = given(args, 'qr_provisioning_information', 'device_name', 'area_id', 'protocol');
    await act(call, { ...fields, type: 'zwave_js/provision_smart_start_node', entry_id });
    return { mode: 'smart_start', config_entry_id: entry_id, note: 'The device joins by itself once it has power.' };
  }
  const credentials = given(args, ...CREDENTIALS);
  if (Object.keys(credentials).length === 0 && !UNATTENDED.includes(Number(args['inclusion_strategy'])))
    throw missing(call, ['qr_code_string, qr_provisioning_information, planned_provisioning_entry or dsk']);
  const options = given(args, 'inclusion_strategy', 'force_security');
  await startCommand(home, { ...credentials, ...options, type: 'zwave_js/add_node', entry_id }, { signal });
  return { mode: 'add_node', config_entry_id: entry_id, note: 'Put the device into inclusion mode now.' };
}

async function removeDevice(call: RadioCall) {
  const { home, signal } = call.context;
  if (call.args['failed'] === true) {
    const device_id = deviceOf(call).id;
    await startCommand(home, { type: 'zwave_js/remove_failed_node', device_id }, { signal });
    return { mode: 'failed', device_id };
  }
  const entry_id = entryIdOf(call);
  await startCommand(home, { ...given(call.args, 'strategy'), type: 'zwave_js/remove_node', entry_id }, { signal });
  return {
    mode: 'exclusion',
    config_entry_id: entry_id,
    note: 'Put the device into exclusion mode now: any that does so leaves.',
  };
}
