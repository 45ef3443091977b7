import type { Commands } from './command.ts';
import { dropDevice } from './device-registry.ts';
import { addressOf, devicesOf, type RadioRequest, radioCommand, refuseOtherEntry } from './radio-schema.ts';
import { type Json, textOf } from './read.ts';
import { Refusal, refuseInvalid, refuseMissing } from './refusal.ts';
import type { DeviceEntry } from './template.ts';

const alive = 4;
const dead = 3;
/** Only one of these may come with add_node. */
const credentials = ['planned_provisioning_entry', 'qr_provisioning_information', 'qr_code_string', 'dsk'];
const qrFields = [
  'version securityClasses dsk genericDeviceClass specificDeviceClass installerIconType manufacturerId productType',
  'productId applicationVersion',
].flatMap((line) => line.split(' '));

function nodeDevice({ home, message }: RadioRequest): DeviceEntry {
  const device = home.devices.get(textOf(message['device_id']));
  if (device && addressOf(device, 'zwave_js') !== undefined) return device;
  return refuseMissing(`Device ID ${textOf(message['device_id'])} can't be found in driver's nodes`);
}

function nodeStatus(device: DeviceEntry): Json {
  return {
    node_id: Number(addressOf(device, 'zwave_js')?.split('-')[1]),
    is_routing: true,
    status: device['model'] === 'ZW100' ? dead : alive,
    is_secure: true,
    ready: true,
    zwave_plus_version: 2,
    highest_security_class: 1,
    is_controller_node: false,
    has_firmware_update_cc: true,
  };
}

function networkStatus(request: RadioRequest): Json {
  const { entry_id: entryId, device_id: deviceId } = request.message;
  if (entryId !== undefined && deviceId !== undefined)
    refuseInvalid("two or more values in the same group of exclusion 'id'");
  if (entryId !== undefined) refuseOtherEntry(request, 'zwave_js');
  else if (deviceId !== undefined) nodeDevice(request);
  else refuseInvalid('Must specify either device_id or entry_id');
  return {
    client: {
      ws_server_url: 'ws://core-zwave-js:3000',
      state: 'connected',
      driver_version: '15.4.0',
      server_version: '3.1.0',
    },
    controller: {
      home_id: 3245146787,
      own_node_id: 1,
      is_primary: true,
      is_rebuilding_routes: false,
      inclusion_state: 0,
      rf_region: 0,
      firmware_version: '7.22',
      nodes: devicesOf(request, 'zwave_js').map(({ device }) => nodeStatus(device)),
    },
  };
}

function addNode(request: RadioRequest): true {
  const { message, after, emit, keep } = request;
  refuseOtherEntry(request, 'zwave_js');
  if (![undefined, 0, 2, 3, 4].includes(message['inclusion_strategy'] as number | undefined))
    refuseInvalid("value must be one of [0, 2, 3, 4] @ data['inclusion_strategy']");
  if (credentials.filter((key) => message[key] !== undefined).length > 1)
    refuseInvalid("two or more values in the same group of exclusion 'options'");
  if (message['qr_provisioning_information'] !== undefined) checkQr(message['qr_provisioning_information']);
  if (typeof message['qr_code_string'] === 'string' && message['qr_code_string'].length < 52)
    refuseInvalid("length of value must be at least 52 for dictionary value @ data['qr_code_string']");
  keep(() => undefined);
  after(() => {
    emit({ event: 'inclusion started' });
    emit({ event: 'validate dsk and enter pin', dsk: '11111-22222-33333-44444-55555-16384-49152-00001' });
  });
  return true;
}

function checkQr(given: unknown): void {
  const missing = qrFields.find((key) => Object(given)[key] === undefined);
  if (missing) refuseInvalid(`required key not provided @ data['qr_provisioning_information']['${missing}']. Got None`);
}

function removeFailed(request: RadioRequest): null {
  const device = nodeDevice(request);
  if (nodeStatus(device)['status'] !== dead)
    throw new Refusal(
      'zwave_error',
      'Z-Wave error 360: The node removal process could not be started because the node responded to a ping.',
    );
  request.keep(() => undefined);
  dropDevice(request.home, device.id);
  return null;
}

function setParameter(request: RadioRequest): Json {
  const { message } = request;
  nodeDevice(request);
  const { value } = message;
  if (!Number.isInteger(value) && !(typeof value === 'string' && /^(0x)?[0-9a-f]+$/i.test(value)))
    refuseInvalid("Must provide an integer (e.g. 255) or a bitmask in hex form (e.g. 0xff) @ data['value']");
  const property = Number(message['property']);
  if (property > 255) refuseMissing(`Configuration parameter with parameter number ${property} could not be found`);
  return { value_id: `${textOf(message['device_id'])}-112-0-${property}`, status: 'queued' };
}

const entry = (fields: string, run: (request: RadioRequest) => unknown) =>
  radioCommand('zwave_js', `entry_id:str! ${fields}`, (request) => {
    refuseOtherEntry(request, 'zwave_js');
    return run(request);
  });
const started = ({ keep }: RadioRequest) => {
  keep(() => undefined);
  return true;
};

/** zwave_js/*. Source: HA `components/zwave_js/api.py`. */
export const zwaveCommands: Commands = {
  'zwave_js/network_status': radioCommand('zwave_js', 'device_id:str entry_id:str', networkStatus),
  'zwave_js/node_status': radioCommand('zwave_js', 'device_id:str!', (request) => nodeStatus(nodeDevice(request))),
  'zwave_js/add_node': radioCommand(
    'zwave_js',
    'entry_id:str! inclusion_strategy:int force_security:bool planned_provisioning_entry:dict qr_provisioning_information:dict qr_code_string:str dsk:str',
    addNode,
  ),
  'zwave_js/provision_smart_start_node': entry(
    'qr_provisioning_information:dict! protocol:int device_name:str area_id:str',
    ({ message }) => {
      checkQr(message['qr_provisioning_information']);
      if (Object(message['qr_provisioning_information']).version === 0)
        refuseInvalid('QR code version S2 is not supported for this command');
      return null;
    },
  ),
  'zwave_js/remove_node': entry('strategy:int', started),
  'zwave_js/remove_failed_node': radioCommand('zwave_js', 'device_id:str!', removeFailed),
  'zwave_js/begin_rebuilding_routes': entry('', () => true),
  'zwave_js/rebuild_node_routes': radioCommand('zwave_js', 'device_id:str!', (request) => Boolean(nodeDevice(request))),
  'zwave_js/refresh_node_info': radioCommand('zwave_js', 'device_id:str!', (request) => {
    nodeDevice(request);
    request.keep(() => undefined);
    return null;
  }),
  'zwave_js/set_config_parameter': radioCommand(
    'zwave_js',
    'device_id:str! property:int! endpoint:int property_key:int value!',
    setParameter,
  ),
  'zwave_js/hard_reset_controller': entry('', (request) => {
    for (const { device } of devicesOf(request, 'zwave_js')) dropDevice(request.home, device.id);
    return null;
  }),
};
