import type { Commands } from './command.ts';
import { newUlid } from './identifiers.ts';
import { type RadioRequest, radioCommand } from './radio-schema.ts';
import { routerAddress, thread, threadTlvs } from './radio-state.ts';
import { textOf } from './read.ts';
import { Refusal, refuseInvalid } from './refusal.ts';

const onRouter = (fields: string, run: (request: RadioRequest) => unknown) =>
  radioCommand('otbr', `extended_address:str! ${fields}`, (request) => {
    if (request.message['extended_address'] !== routerAddress) throw new Refusal('unknown_router', '');
    return run(request);
  });

function discover({ emit, after, keep }: RadioRequest): null {
  keep(() => undefined);
  after(() =>
    emit({
      type: 'router_discovered',
      key: 'aeeb2f594b570bbf',
      data: {
        instance_name: 'HomeAssistant OpenThreadBorderRouter #0BBF',
        addresses: ['192.168.1.20'],
        border_agent_id: 'bc3740c3e963aa8735bebecd7cc503c7',
        brand: 'homeassistant',
        extended_address: routerAddress,
        extended_pan_id: '9ac4a7e15b3d0c22',
        model_name: 'OpenThreadBorderRouter',
        network_name: 'ha-thread-3c2f',
        server: 'core-openthread-border-router.local.',
        thread_version: '1.3.0',
        unconfigured: null,
        vendor_name: 'HomeAssistant',
      },
    }),
  );
  return null;
}

function addDataset({ message, radios }: RadioRequest) {
  const tlv = textOf(message['tlv']);
  if (!/^([0-9a-f]{2})+$/i.test(tlv)) refuseInvalid('invalid tlvs');
  const id = newUlid();
  radios.threadDatasets.set(id, { ...thread(id, 'added', 25, textOf(message['source'])), preferred: false });
  return { result: 'added' };
}

/** otbr/* and thread/*. Source: HA `components/otbr/websocket_api.py` and `components/thread/websocket_api.py`. */
export const threadCommands: Commands = {
  'otbr/info': radioCommand('otbr', '', ({ radios }) => ({
    [routerAddress]: {
      active_dataset_tlvs: threadTlvs,
      border_agent_id: 'bc3740c3e963aa8735bebecd7cc503c7',
      channel: radios.threadChannel,
      extended_address: routerAddress,
      extended_pan_id: '9ac4a7e15b3d0c22',
      url: 'http://core-openthread-border-router:8081',
    },
  })),
  'otbr/create_network': onRouter('', () => null),
  'otbr/set_network': onRouter('dataset_id:str!', ({ message, radios }) => {
    const dataset = radios.threadDatasets.get(textOf(message['dataset_id']));
    if (!dataset) throw new Refusal('unknown_dataset', 'Unknown dataset');
    radios.threadChannel = Number(dataset['channel']);
    return null;
  }),
  'otbr/set_channel': onRouter('channel:int!', ({ message, radios }) => {
    radios.threadChannel = Number(message['channel']);
    return { delay: 300 };
  }),
  'thread/list_datasets': radioCommand('otbr', '', ({ radios }) => ({ datasets: [...radios.threadDatasets.values()] })),
  'thread/discover_routers': radioCommand('otbr', '', discover),
  'thread/add_dataset_tlv': radioCommand('otbr', 'source:str! tlv:str!', addDataset),
};
