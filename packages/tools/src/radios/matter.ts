import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import { act, ask, deviceOf, given, type RadioActions, type RadioCall } from './action.ts';
import { firmwareUpdate } from './firmware.ts';

const diagnosticsSchema = z.looseObject({ active_fabric_index: z.number().nullish() });

/** Source: HA `components/matter/api.py`. Credentials go in, never out; share_out answers with a code for one pairing. */
export const matter: RadioActions = {
  integration: 'matter',
  absent: 'Matter is not set up in this home',
  actions: {
    diagnostics: {
      does: 'network, addresses and fabrics of one node',
      effect: 'read',
      required: ['device_id'],
      async run(call) {
        // Home Assistant spells the key so.
        const { ip_adresses: misspelt, ...told } = await diagnosticsOf(call);
        return { diagnostics: { ...told, ...(misspelt === undefined ? {} : { ip_addresses: misspelt }) } };
      },
    },
    network_status: {
      does: 'whether the Matter server is connected',
      effect: 'read',
      async run({ entries, context }) {
        const ids = new Set(entries.map(({ entry_id: id }) => id));
        const devices = [...(await context.home.devices()).values()];
        const isOurs = (id: unknown) => typeof id === 'string' && ids.has(id);
        return {
          config_entry_id: entries[0]?.entry_id,
          state: entries[0]?.state,
          device_count: devices.filter((one) => isOurs(one['config_entry_id']) || one.config_entries?.some(isOurs))
            .length,
          note: 'For one node use diagnostics with its device_id.',
        };
      },
    },
    ping: {
      does: 'asks a node at each of its addresses',
      effect: 'read',
      required: ['device_id'],
      run: async (call) => ({ reachability: await ask(call, onNode(call, 'ping_node')) }),
    },
    commission: {
      does: 'adds a device by its setup or QR code',
      effect: 'system',
      required: ['code'],
      optional: ['network_only'],
      run: async (call) => ({
        result: await act(call, {
          type: 'matter/commission',
          code: call.args['code'],
          network_only: call.args['network_only'] ?? false,
        }),
      }),
    },
    commission_on_network: {
      does: 'adds a device that is on the network already, by its PIN',
      effect: 'system',
      required: ['pin'],
      optional: ['ip_addr'],
      run: async (call) => ({
        result: await act(call, { ...given(call.args, 'pin', 'ip_addr'), type: 'matter/commission_on_network' }),
      }),
    },
    share_out: {
      does: 'opens a device to another controller and gives the code for it',
      effect: 'system',
      required: ['device_id'],
      run: async (call) => ({ commissioning: await act(call, onNode(call, 'open_commissioning_window')) }),
    },
    interview: {
      does: 'asks a node again what it can do',
      effect: 'system',
      required: ['device_id'],
      run: async (call) => ({ result: await act(call, onNode(call, 'interview_node')) }),
    },
    remove_fabric: {
      does: "takes a controller off a device, this home's own unless fabric_index says",
      effect: 'destroy',
      required: ['device_id'],
      optional: ['fabric_index'],
      needsConfirm: true,
      async run(call) {
        const fabric_index = call.args['fabric_index'] ?? (await ownFabricIndex(call));
        const result = await act(call, { ...onNode(call, 'remove_matter_fabric'), fabric_index });
        return { fabric_index, result };
      },
    },
    set_thread: {
      does: 'hands the Thread network to devices added next',
      effect: 'system',
      required: ['thread_operation_dataset'],
      run: async (call) => ({
        result: await act(call, { ...given(call.args, 'thread_operation_dataset'), type: 'matter/set_thread' }),
      }),
    },
    set_wifi_credentials: {
      does: 'hands the Wi-Fi to devices added next',
      effect: 'system',
      required: ['network_name', 'password'],
      run: async (call) => ({
        result: await act(call, {
          ...given(call.args, 'network_name', 'password'),
          type: 'matter/set_wifi_credentials',
        }),
      }),
    },
    firmware_update: firmwareUpdate,
  },
};

function onNode(call: RadioCall, command: string) {
  return { type: `matter/${command}`, device_id: deviceOf(call).id };
}

async function diagnosticsOf(call: RadioCall) {
  return diagnosticsSchema.parse(await ask(call, onNode(call, 'node_diagnostics')));
}

async function ownFabricIndex(call: RadioCall): Promise<number> {
  const { active_fabric_index: own } = await diagnosticsOf(call);
  if (typeof own === 'number') return own;
  throw new Fault('SERVICE_CALL_FAILED', 'The device does not tell which fabric is this home.', {
    suggestion: 'Name it as params.fabric_index; diagnostics lists the active fabrics.',
    context: { device_id: deviceOf(call).id },
  });
}
