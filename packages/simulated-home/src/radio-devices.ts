import type { EntitySpec } from './entity-spec.ts';
import { firmwareUpdate } from './firmware-update.ts';
import type { DeviceSpec } from './template.ts';

const homeId = '3245146787';
const VERSIONS = { installed_version: '1.10', latest_version: '1.12', supported_features: 1 };

function plug(platform: string, name: string, id: string, model: string, address: string, area: string): DeviceSpec {
  const entities: EntitySpec[] = [
    { id: `switch.${id}`, state: 'off', attributes: { device_class: 'outlet' } },
    firmwareUpdate(id, { ...VERSIONS, title: `${model} firmware` }),
  ];
  return { name, area, platform, maker: 'Simulated', model, address, entities };
}

/** Devices and the border router of a home with all four radios. */
export const radioDevices: readonly DeviceSpec[] = [
  plug('zwave_js', 'Heater plug', 'heater_plug', 'ZW175', `${homeId}-7`, 'Bathroom'),
  // Its battery died: the controller counts it as dead.
  { ...plug('zwave_js', 'Old multisensor', 'old_multisensor', 'ZW100', `${homeId}-9`, 'Hallway'), entities: [] },
  plug('zha', 'Fan plug', 'fan_plug', 'TS011F', 'a4:c1:38:00:00:00:00:0f', 'Office'),
  plug(
    'matter',
    'Desk plug',
    'desk_plug',
    'Eve Energy',
    'deviceid_9AC4A7E15B3D0C22-0000000000000005-MatterNodeDevice',
    'Office',
  ),
  { name: 'Border router', platform: 'otbr', maker: 'Home Assistant', model: 'ZBT-2', entities: [] },
];
