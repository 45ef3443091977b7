import { Fault } from '@hub/core/fault.ts';
import { discoverThreadRouters, listThreadDatasets, readThreadRouters } from '@hub/ha/radio-networks.ts';
import { act, given, type RadioActions, type RadioCall } from './action.ts';

/** Routers answer a multicast question within a second or two. */
const LISTEN_MS = 4_000;

/** Source: HA `components/otbr/websocket_api.py` and `components/thread/websocket_api.py`. A dataset's TLVs go in, never out. */
export const thread: RadioActions = {
  integration: 'otbr',
  absent: 'No OpenThread border router is set up in this home',
  actions: {
    network_status: {
      does: "this home's border routers, without the network key",
      effect: 'read',
      async run(call) {
        return { config_entry_id: call.entries[0]?.entry_id, border_routers: await routersOf(call) };
      },
    },
    list_datasets: {
      does: 'the networks this home knows, without their keys',
      effect: 'read',
      integration: null,
      run: async ({ context: { home, signal } }) => ({ datasets: await listThreadDatasets(home, { signal }) }),
    },
    discover_routers: {
      does: 'all border routers that answer',
      effect: 'read',
      integration: null,
      async run({ context: { home, signal } }) {
        const routers = await discoverThreadRouters(home, { listenMs: LISTEN_MS, signal });
        return { routers, count: routers.length };
      },
    },
    create_network: {
      does: 'resets the border router and forms a new network',
      effect: 'destroy',
      needsConfirm: true,
      optional: ['extended_address'],
      run: (call) => onRouter(call, 'create_network'),
    },
    set_network: {
      does: 'moves the border router to a network this home knows',
      effect: 'system',
      required: ['dataset_id'],
      optional: ['extended_address'],
      needsConfirm: true,
      run: (call) => onRouter(call, 'set_network', 'dataset_id'),
    },
    set_channel: {
      does: 'moves the network to another channel',
      effect: 'system',
      required: ['channel'],
      optional: ['extended_address'],
      needsConfirm: true,
      isLongRunning: true,
      run: (call) => onRouter(call, 'set_channel', 'channel'),
    },
    add_dataset: {
      does: 'gives this home the dataset (TLV, hex) of a network',
      effect: 'system',
      required: ['source', 'tlv'],
      integration: null,
      run: async (call) => ({
        result: await act(call, { ...given(call.args, 'source', 'tlv'), type: 'thread/add_dataset_tlv' }),
      }),
    },
  },
};

async function routersOf({ context: { home, signal } }: RadioCall) {
  return Object.fromEntries(
    (await readThreadRouters(home, { signal })).map((router) => [String(router['extended_address']), router]),
  );
}

async function onRouter(call: RadioCall, command: string, ...fields: readonly string[]) {
  const extended_address = await addressOf(call);
  const result = await act(call, { ...given(call.args, ...fields), type: `otbr/${command}`, extended_address });
  return { extended_address, result };
}

/** @throws Fault VALIDATION_INVALID_PARAMETER when there are several and none is named */
async function addressOf(call: RadioCall): Promise<string> {
  const named = call.args['extended_address'];
  const known = Object.keys(await routersOf(call));
  const wanted = typeof named === 'string' ? known.filter((one) => one === named.toLowerCase()) : known;
  const [only, ...others] = wanted;
  if (only !== undefined && others.length === 0) return only;
  throw new Fault('VALIDATION_INVALID_PARAMETER', 'Which of the border routers is meant?', {
    suggestion: 'Give params.extended_address; network_status shows them.',
    context: { radio: call.radio, action: call.action, available_extended_addresses: known },
  });
}
