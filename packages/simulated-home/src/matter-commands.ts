import type { Commands } from './command.ts';
import { addressOf, type RadioRequest, radioCommand } from './radio-schema.ts';
import { textOf } from './read.ts';
import { Refusal } from './refusal.ts';

const address = 'fd6c:3f2e:91aa:0:1c2b:7d4e:55f0:9a10';

function refuseOther({ home, message }: RadioRequest): void {
  const id = textOf(message['device_id']);
  if (addressOf(home.devices.get(id), 'matter') === undefined)
    throw new Refusal('node_not_found', `Could not resolve Matter node from device id ${id}`);
}

const node = (fields: string, answer: (request: RadioRequest) => unknown) =>
  radioCommand('matter', `device_id:str! ${fields}`, (request) => {
    refuseOther(request);
    return answer(request);
  });

/** matter/*. Source: HA `components/matter/api.py`, and its server's models. */
export const matterCommands: Commands = {
  'matter/commission': radioCommand('matter', 'code:str! network_only:bool', ({ message }) => {
    if (!/^(MT:[A-Z0-9.-]+|\d{11}|\d{21})$/.test(textOf(message['code'])))
      throw new Refusal('1', 'Commission with code failed for node 7.');
    return null;
  }),
  'matter/commission_on_network': radioCommand('matter', 'pin:int! ip_addr:str', () => null),
  'matter/set_thread': radioCommand('matter', 'thread_operation_dataset:str!', () => null),
  'matter/set_wifi_credentials': radioCommand('matter', 'network_name:str! password:str!', () => null),
  'matter/node_diagnostics': node('', () => ({
    node_id: 5,
    network_type: 'thread',
    node_type: 'end_device',
    network_name: 'ha-thread-3c2f',
    ip_adresses: [address],
    mac_address: '02:1c:2b:7d:4e:55',
    available: true,
    active_fabrics: [
      { fabric_index: 1, vendor_id: 4937, fabric_label: 'Apple Home', vendor_name: 'Apple' },
      { fabric_index: 2, vendor_id: 4939, fabric_label: 'Home Assistant', vendor_name: 'Nabu Casa' },
    ],
    active_fabric_index: 2,
  })),
  'matter/ping_node': node('', () => ({ [address]: true })),
  'matter/open_commissioning_window': node('', () => ({
    setup_pin_code: 20202021,
    setup_manual_code: '34970112332',
    setup_qr_code: 'MT:Y.K9042C00KA0648G00',
    discriminator: 3840,
  })),
  'matter/remove_matter_fabric': node('fabric_index:int!', () => null),
  'matter/interview_node': node('', () => null),
};
