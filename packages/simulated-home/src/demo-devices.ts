import { type Curve, meter, pulse, wave } from './curve.ts';
import type { EntitySpec } from './entity-spec.ts';
import { firmwareUpdate } from './firmware-update.ts';
import type { Json } from './read.ts';
import type { DeviceSpec } from './template.ts';

const dark: Json = { color_mode: null, brightness: null };
const colorless: Json = { color_temp_kelvin: null, hs_color: null, rgb_color: null, xy_color: null };
const kelvin: Json = { min_color_temp_kelvin: 2000, max_color_temp_kelvin: 6535 };

type LightKind = 'dimmable' | 'white' | 'color';

function light(id: string, kind: LightKind, brightness?: number, labels: readonly string[] = []): EntitySpec {
  const modes = { dimmable: ['brightness'], white: ['color_temp'], color: ['color_temp', 'hs'] }[kind];
  const range = kind === 'dimmable' ? {} : kelvin;
  const off = kind === 'dimmable' ? dark : { ...dark, ...colorless };
  const white =
    kind === 'dimmable' ? { color_mode: 'brightness' } : { color_mode: 'color_temp', color_temp_kelvin: 2700 };
  const on = brightness === undefined ? {} : { ...white, brightness };
  const attributes = { ...range, supported_color_modes: modes, ...off, ...on, supported_features: 32 };
  return { id: `light.${id}`, state: brightness === undefined ? 'off' : 'on', attributes, labels };
}

function lamp(area: string, name: string, spec: EntitySpec): DeviceSpec {
  return { name, area, platform: 'hue', maker: 'Signify', model: 'Hue bulb', entities: [spec] };
}

type Measure = readonly [unit: string, deviceClass: string];
const measures = {
  Temperature: ['°C', 'temperature'],
  Humidity: ['%', 'humidity'],
  'Carbon dioxide': ['ppm', 'carbon_dioxide'],
  Illuminance: ['lx', 'illuminance'],
  Moisture: ['%', 'moisture'],
  Power: ['W', 'power'],
  Energy: ['kWh', 'energy'],
  Gas: ['m³', 'gas'],
  Battery: ['%', 'battery'],
} satisfies Record<string, Measure>;

function sensor(id: string, part: keyof typeof measures, curve: Curve, category?: 'diagnostic'): EntitySpec {
  const [unit_of_measurement, device_class] = measures[part];
  const state_class = curve.kind === 'meter' ? 'total_increasing' : 'measurement';
  const attributes = { state_class, unit_of_measurement, device_class };
  return { id: `sensor.${id}`, part, attributes, curve, ...(category === undefined ? {} : { category }) };
}

function binary(id: string, part: string, device_class: string, curve?: Curve): EntitySpec {
  const base = { id: `binary_sensor.${id}`, part, state: 'off', attributes: { device_class } };
  return curve === undefined ? base : { ...base, curve };
}

function climateSensor(area: string, id: string, base: number): DeviceSpec {
  const entities = [
    sensor(`${id}_temperature`, 'Temperature', wave(base, 1.5)),
    sensor(`${id}_humidity`, 'Humidity', wave(51, 6, 0)),
    sensor(`${id}_battery`, 'Battery', wave(84, 0.4, 0), 'diagnostic'),
  ];
  return { name: `${area} climate sensor`, area, platform: 'zha', maker: 'Aqara', model: 'WSDCGQ11LM', entities };
}

function motion(area: string, id: string, timesADay: number): DeviceSpec {
  const entities = [
    binary(`${id}_motion`, 'Motion', 'motion', pulse(timesADay, 4)),
    sensor(`${id}_illuminance`, 'Illuminance', wave(140, 120, 0)),
  ];
  return { name: `${area} motion sensor`, area, platform: 'zha', maker: 'Philips', model: 'SML001', entities };
}

function thermostat(area: string, id: string, state: string, temperature: number): DeviceSpec {
  const limits = { hvac_modes: ['off', 'heat', 'auto'], min_temp: 5, max_temp: 30, target_temp_step: 0.5 };
  const presets = { preset_modes: ['home', 'away', 'sleep'], preset_mode: 'home', supported_features: 401 };
  const now = { current_temperature: 20.4, temperature, temperature_unit: '°C', hvac_action: 'idle' };
  const entities = [{ id: `climate.${id}`, state, attributes: { ...limits, ...now, ...presets } }];
  return { name: `${area} thermostat`, area, platform: 'tado', maker: 'tado', model: 'RU02', entities };
}

function speaker(area: string, id: string, isTv: boolean, state: string): DeviceSpec {
  const sound = { volume_level: 0.35, is_volume_muted: false, shuffle: false, supported_features: 152_511 };
  const playing =
    state === 'playing'
      ? { media_title: 'Evening jazz', media_artist: 'Simulated quartet', media_content_type: 'music' }
      : {};
  const sources = isTv
    ? { source_list: ['TV', 'HDMI 1', 'Netflix'], source: 'TV', device_class: 'tv' }
    : { device_class: 'speaker' };
  const entities = [{ id: `media_player.${id}`, state, attributes: { ...sound, ...playing, ...sources } }];
  const name = `${area} ${isTv ? 'TV' : 'speaker'}`;
  return {
    name,
    area,
    platform: isTv ? 'webostv' : 'sonos',
    maker: isTv ? 'LG' : 'Sonos',
    model: isTv ? 'OLED55' : 'One',
    entities,
    ...(isTv ? {} : { alsoOn: 'upnp' }),
  };
}

function shutter(area: string, id: string, position: number): DeviceSpec {
  const attributes = {
    current_position: position,
    is_closed: position === 0,
    device_class: 'shutter',
    supported_features: 15,
  };
  const entities = [{ id: `cover.${id}`, state: position === 0 ? 'closed' : 'open', attributes }];
  return { name: `${area} shutter`, area, platform: 'shelly', maker: 'Shelly', model: 'Plus 2PM', entities };
}

function plug(area: string, name: string, id: string, isOn: boolean, watts: number): DeviceSpec {
  const state = isOn ? 'on' : 'off';
  const entities: EntitySpec[] = [
    { id: `switch.${id}`, state, attributes: { device_class: 'outlet' } },
    sensor(`${id}_power`, 'Power', wave(watts, watts / 4, 1)),
    sensor(`${id}_energy`, 'Energy', meter(watts / 1000, 3)),
  ];
  return { name, area, platform: 'shelly', maker: 'Shelly', model: 'Plug S', entities };
}

const update = firmwareUpdate('front_door_lock', {
  installed_version: '2.8.1',
  latest_version: '2.9.0',
  release_summary: 'Better battery life.',
  title: 'Lock firmware',
  supported_features: 5,
});

const security: readonly DeviceSpec[] = [
  {
    name: 'Front door lock',
    area: 'Hallway',
    platform: 'nuki',
    maker: 'Nuki',
    model: 'Smart Lock 4',
    entities: [
      { id: 'lock.front_door', state: 'locked', attributes: { supported_features: 1 }, labels: ['security'] },
      binary('front_door', 'Door', 'door', pulse(9, 1)),
      sensor('front_door_lock_battery', 'Battery', wave(63, 0.4, 0), 'diagnostic'),
      update,
    ],
  },
  {
    name: 'Alarm',
    area: 'Hallway',
    platform: 'risco',
    maker: 'Risco',
    model: 'LightSYS',
    entities: [
      {
        id: 'alarm_control_panel.home_alarm',
        state: 'disarmed',
        attributes: { code_format: 'number', changed_by: null, code_arm_required: false, supported_features: 7 },
        labels: ['security'],
      },
    ],
  },
  {
    name: 'Garage door',
    area: 'Garage',
    platform: 'esphome',
    maker: 'ESPHome',
    model: 'Garage opener',
    entities: [
      {
        id: 'cover.garage_door',
        state: 'closed',
        attributes: { device_class: 'garage', is_closed: true, supported_features: 11 },
        labels: ['security'],
      },
    ],
  },
  {
    name: 'Smoke detector',
    area: 'Hallway',
    platform: 'zha',
    maker: 'Heiman',
    model: 'HS1SA',
    entities: [binary('hallway_smoke', 'Smoke', 'smoke')],
  },
  {
    name: 'Leak sensor',
    area: 'Utility room',
    platform: 'zha',
    maker: 'Aqara',
    model: 'SJCGQ11LM',
    entities: [binary('utility_room_leak', 'Moisture', 'moisture')],
  },
];

const energy: DeviceSpec = {
  name: 'Smart meter',
  area: 'Utility room',
  platform: 'dsmr',
  maker: 'Landis+Gyr',
  model: 'E360',
  entities: [
    sensor('house_power', 'Power', wave(520, 310, 0)),
    sensor('house_energy', 'Energy', meter(0.42, 2)),
    sensor('house_gas', 'Gas', meter(0.11, 3)),
  ],
};

const appliances: readonly DeviceSpec[] = [
  plug('Utility room', 'Washing machine plug', 'washing_machine', false, 4),
  plug('Kitchen', 'Coffee machine plug', 'coffee_machine', true, 11),
  {
    name: 'Bathroom fan',
    area: 'Bathroom',
    platform: 'esphome',
    maker: 'ESPHome',
    model: 'Fan controller',
    entities: [
      {
        id: 'fan.bathroom',
        state: 'off',
        attributes: { percentage: 0, percentage_step: 33.333333333333336, supported_features: 49 },
      },
    ],
  },
  {
    name: 'Robot vacuum',
    area: 'Living room',
    platform: 'roborock',
    maker: 'Roborock',
    model: 'S8',
    entities: [
      { id: 'vacuum.robot', state: 'docked', attributes: { fan_speed: 'medium', supported_features: 12_316 } },
    ],
  },
  {
    name: 'Garden irrigation',
    area: 'Garden',
    platform: 'esphome',
    maker: 'ESPHome',
    model: 'Valve controller',
    entities: [
      {
        id: 'valve.garden_irrigation',
        part: 'Valve',
        state: 'closed',
        attributes: { device_class: 'water', is_closed: true, supported_features: 3 },
      },
      sensor('garden_soil_moisture', 'Moisture', wave(34, 8, 0)),
    ],
  },
];

const lamps: readonly DeviceSpec[] = [
  lamp('Living room', 'Living room ceiling', light('living_room_ceiling', 'white', 178)),
  lamp('Living room', 'Living room floor lamp', light('living_room_floor_lamp', 'color', 90, ['evening'])),
  lamp('Kitchen', 'Kitchen ceiling', light('kitchen_ceiling', 'white')),
  lamp('Kitchen', 'Kitchen counter', light('kitchen_counter', 'dimmable', 220)),
  lamp('Hallway', 'Hallway light', light('hallway', 'dimmable')),
  lamp('Bedroom', 'Bedroom ceiling', light('bedroom_ceiling', 'white')),
  lamp('Bedroom', 'Bedside lamp', light('bedside', 'color', undefined, ['evening'])),
  lamp('Kids room', 'Night light', light('kids_room_night_light', 'color', 25)),
  lamp('Office', 'Desk lamp', light('office_desk', 'white', 255)),
  lamp('Garden', 'Garden lights', light('garden', 'dimmable', undefined, ['evening'])),
];

/** The devices of the demo home. */
export const demoDevices: readonly DeviceSpec[] = [
  ...lamps,
  climateSensor('Living room', 'living_room', 20.8),
  climateSensor('Bedroom', 'bedroom', 18.6),
  climateSensor('Bathroom', 'bathroom', 21.9),
  motion('Hallway', 'hallway', 22),
  motion('Garage', 'garage', 6),
  thermostat('Living room', 'living_room', 'heat', 21),
  thermostat('Bedroom', 'bedroom', 'auto', 18),
  shutter('Living room', 'living_room', 100),
  shutter('Bedroom', 'bedroom', 0),
  speaker('Living room', 'living_room_tv', true, 'off'),
  speaker('Kitchen', 'kitchen_speaker', false, 'playing'),
  ...security,
  energy,
  ...appliances,
];
