import type { Commands } from './command.ts';
import { entitiesOfDevice } from './device-registry.ts';
import { later, pythonTime } from './home-model.ts';
import { devicesOf, type RadioRequest, radioCommand } from './radio-schema.ts';
import { networkKey } from './radio-state.ts';
import { isRecord, type Json, listOf, numberOf, recordOf, textOf } from './read.ts';
import { refuseInvalid, refuseMissing } from './refusal.ts';
import type { DeviceEntry } from './template.ts';

const coordinator = '00:12:4b:00:25:a1:3c:90';

/** Source: HA `components/zha/helpers.py` `zha_device_info`. */
function deviceInfo({ home }: RadioRequest, device: DeviceEntry, ieee: string): Json {
  return {
    ieee,
    nwk: 4660 + numberOf(`0x${ieee.slice(-2)}`, 0),
    manufacturer: device['manufacturer'],
    model: device['model'],
    name: device.name,
    quirk_applied: false,
    power_source: 'Battery or Unknown',
    lqi: 180,
    rssi: -62,
    last_seen: '2026-11-01T10:00:00',
    available: true,
    device_type: 'EndDevice',
    active_coordinator: false,
    entities: entitiesOfDevice(home, device.id).map(({ entity_id }) => ({ entity_id, name: device.name })),
    neighbors: [],
    routes: [],
    user_given_name: device.name_by_user,
    device_reg_id: device.id,
    area_id: device.area_id,
  };
}

function infos(request: RadioRequest): Json[] {
  return devicesOf(request, 'zha').map(({ device, address }) => deviceInfo(request, device, address));
}

function known(request: RadioRequest, key = 'ieee'): Json {
  const wanted = textOf(request.message[key]).toLowerCase();
  return infos(request).find(({ ieee }) => ieee === wanted) ?? refuseMissing('ZHA Device not found');
}

/** With the keys, as Home Assistant tells them to administrators. Source: zigpy `NetworkBackup.as_dict`. */
function backupOf(request: RadioRequest, atMs: number): Json {
  return {
    version: 1,
    backup_time: pythonTime(atMs),
    network_info: {
      extended_pan_id: 'dd:dd:dd:dd:dd:dd:dd:dd',
      pan_id: '1A62',
      nwk_update_id: 0,
      nwk_manager_id: '0000',
      channel: request.radios.zigbeeChannel,
      channel_mask: [11, 15, 20, 25],
      security_level: 5,
      network_key: { key: networkKey, tx_counter: 118_784, rx_counter: 0, seq: 0, partner_ieee: coordinator },
      tc_link_key: { key: networkKey, tx_counter: 0, rx_counter: 0, seq: 0, partner_ieee: coordinator },
      key_table: [{ key: networkKey, partner_ieee: coordinator }],
      children: infos(request).map(({ ieee }) => ieee),
      nwk_addresses: {},
      stack_specific: { zstack: { tclk_seed: networkKey } },
      metadata: {},
      source: 'zigpy-znp@0.14.0',
    },
    node_info: {
      nwk: '0000',
      ieee: coordinator,
      logical_type: 'coordinator',
      manufacturer: 'Texas Instruments',
      model: 'CC2652',
      version: '20240710',
    },
  };
}

function checkMembers({ message }: RadioRequest): readonly Json[] {
  return listOf(message['members']).map((one) => {
    const { ieee, endpoint_id, ...more } = recordOf(one);
    const [extra] = Object.keys(more);
    if (typeof ieee !== 'string' || endpoint_id === undefined)
      refuseInvalid("required key not provided @ data['members'][0]. Got None");
    if (extra !== undefined) refuseInvalid(`extra keys not allowed @ data['members'][0]['${extra}']`);
    return { ieee, endpoint_id };
  });
}

function groupInfo(request: RadioRequest, id: number): Json {
  const group = request.radios.zigbeeGroups.get(id) ?? refuseMissing('ZHA Group not found');
  const members = group.members.map(({ ieee, endpoint_id }) => ({
    endpoint_id,
    device: infos(request).find((one) => one['ieee'] === ieee) ?? { ieee },
    entities: [],
  }));
  return { name: group.name, group_id: id, members };
}

function addGroup(request: RadioRequest): Json {
  const { message, radios } = request;
  const id = typeof message['group_id'] === 'number' ? message['group_id'] : radios.zigbeeGroups.size + 2;
  if (radios.zigbeeGroups.has(id)) refuseInvalid(`Group ${id} already exists`);
  radios.zigbeeGroups.set(id, { name: textOf(message['group_name']), members: checkMembers(request) });
  return groupInfo(request, id);
}

function changeMembers(request: RadioRequest, isAdding: boolean): Json {
  const id = Number(request.message['group_id']);
  const group = request.radios.zigbeeGroups.get(id) ?? refuseMissing('ZHA Group not found');
  const given = checkMembers(request);
  const others = group.members.filter((one) => !given.some(({ ieee }) => ieee === one['ieee']));
  request.radios.zigbeeGroups.set(id, { ...group, members: isAdding ? [...others, ...given] : others });
  return groupInfo(request, id);
}

function readAttribute(request: RadioRequest): string {
  const { message, radios } = request;
  known(request);
  const key = [message['ieee'], message['endpoint_id'], message['cluster_id'], message['attribute']].join('/');
  return String(radios.zigbeeAttributes.get(key) ?? 'None');
}

function permit(request: RadioRequest): null {
  const { message, keep } = request;
  const duration = message['duration'] ?? 60;
  if (numberOf(duration, -1) < 0 || numberOf(duration, -1) > 254)
    refuseInvalid("value must be at most 254 for dictionary value @ data['duration']");
  if ((message['source_ieee'] === undefined) !== (message['install_code'] === undefined))
    refuseInvalid("some but not all values in the same group of inclusion 'install_code'");
  keep(() => undefined);
  return null;
}

const pair = radioCommand('zha', 'source_ieee:ieee! target_ieee:ieee!', (request) => {
  known(request, 'source_ieee');
  known(request, 'target_ieee');
  return null;
});

/** zha/*. Source: HA `components/zha/websocket_api.py`. */
export const zhaCommands: Commands = {
  'zha/devices': radioCommand('zha', '', infos),
  'zha/device': radioCommand('zha', 'ieee:ieee!', (request) => known(request)),
  'zha/groups': radioCommand('zha', '', (request) =>
    [...request.radios.zigbeeGroups.keys()].map((id) => groupInfo(request, id)),
  ),
  'zha/devices/permit': radioCommand('zha', 'ieee:ieee duration source_ieee:ieee install_code:str qr_code:str', permit),
  'zha/devices/reconfigure': radioCommand('zha', 'ieee:ieee!', (request) => {
    known(request);
    request.keep(() => undefined);
    return null;
  }),
  'zha/group/add': radioCommand('zha', 'group_name:str! group_id:int members:list', addGroup),
  'zha/group/remove': radioCommand('zha', 'group_ids!', (request) => {
    for (const id of listOf(request.message['group_ids'])) request.radios.zigbeeGroups.delete(Number(id));
    return [...request.radios.zigbeeGroups.keys()].map((id) => groupInfo(request, id));
  }),
  'zha/group/members/add': radioCommand('zha', 'group_id:int! members!', (request) => changeMembers(request, true)),
  'zha/group/members/remove': radioCommand('zha', 'group_id:int! members!', (request) => changeMembers(request, false)),
  'zha/devices/bind': pair,
  'zha/devices/unbind': pair,
  'zha/devices/clusters/attributes/value': radioCommand(
    'zha',
    'ieee:ieee! endpoint_id:int! cluster_id:int! cluster_type:str! attribute:int! manufacturer:int',
    readAttribute,
  ),
  'zha/network/settings': radioCommand('zha', '', (request) => ({
    radio_type: 'znp',
    device: { path: '/dev/serial/by-id/usb-ITead_Sonoff_Zigbee_3.0', baudrate: 115200, flow_control: null },
    settings: backupOf(request, request.home.template.builtMs),
  })),
  'zha/network/backups/list': radioCommand('zha', '', ({ radios }) => radios.zigbeeBackups),
  'zha/network/backups/create': radioCommand('zha', '', (request) => {
    const backup = backupOf(request, Date.now());
    request.radios.zigbeeBackups.push(backup);
    return { backup, is_complete: true };
  }),
  'zha/network/backups/restore': radioCommand('zha', 'backup:dict! ezsp_force_write_eui64:bool', ({ message }) => {
    if (!isRecord(recordOf(message['backup'])['network_info'])) refuseInvalid("'network_info' @ data['backup']");
    return null;
  }),
  'zha/network/change_channel': radioCommand('zha', 'new_channel!', ({ home, message, radios }) => {
    const channel = message['new_channel'];
    const isChannel = typeof channel === 'number' && channel >= 11 && channel <= 26;
    if (channel !== 'auto' && !isChannel) refuseInvalid("value must be between 11 and 26 @ data['new_channel']");
    later(home, 100, () => {
      radios.zigbeeChannel = typeof channel === 'number' ? channel : 25;
    });
    return null;
  }),
};
