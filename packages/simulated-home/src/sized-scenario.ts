import { wave } from './curve.ts';
import type { EntitySpec } from './entity-spec.ts';
import type { Json } from './read.ts';
import type { DeviceSpec, ScenarioSpec } from './template.ts';

export interface HomeSize {
  readonly entities: number;
  readonly devices: number;
  readonly automations: number;
  readonly eventsPerSecond: number;
}

/** Sensors that move; more would only make every home's own share of memory bigger. */
const mostMoving = 40;
const rooms =
  'Living room,Kitchen,Hallway,Bathroom,Bedroom,Kids room,Guest room,Office,Attic,Garage,Cellar,Garden'.split(',');

/** Ten entities of which four are sensors, as homes have it. */
const mix: readonly (readonly [domain: string, state: string, attributes: Json])[] = [
  [
    'light',
    'off',
    { supported_color_modes: ['brightness'], color_mode: null, brightness: null, supported_features: 32 },
  ],
  ['sensor', '21.5', { state_class: 'measurement', unit_of_measurement: '°C', device_class: 'temperature' }],
  ['switch', 'off', {}],
  ['sensor', '48', { state_class: 'measurement', unit_of_measurement: '%', device_class: 'humidity' }],
  ['binary_sensor', 'off', { device_class: 'motion' }],
  ['sensor', '118', { state_class: 'measurement', unit_of_measurement: 'W', device_class: 'power' }],
  [
    'light',
    'on',
    { supported_color_modes: ['brightness'], color_mode: 'brightness', brightness: 180, supported_features: 32 },
  ],
  ['sensor', '97', { state_class: 'measurement', unit_of_measurement: '%', device_class: 'battery' }],
  ['cover', 'closed', { current_position: 0, is_closed: true, device_class: 'shutter', supported_features: 15 }],
  ['binary_sensor', 'off', { device_class: 'door' }],
];

function entity(number: number): EntitySpec {
  const [domain, state, attributes] = mix[number % mix.length] ?? ['sensor', '1', {}];
  const part = `${domain.charAt(0).toUpperCase()}${domain.slice(1).replace('_', ' ')} ${number}`;
  const isMoving = domain === 'sensor' && number < mostMoving * 2.5;
  const base = { id: `${domain}.${domain}_${number}`, part, state, attributes };
  return isMoving ? { ...base, curve: wave(Number(state), Number(state) / 5, 2) } : base;
}

function device(number: number, size: HomeSize): DeviceSpec {
  const entities: EntitySpec[] = [];
  for (let at = number; at < size.entities - size.automations; at += size.devices) entities.push(entity(at));
  const area = rooms[number % rooms.length] ?? 'Kitchen';
  return {
    name: `Device ${number}`,
    area,
    platform: 'mqtt',
    maker: 'Simulated',
    model: `Model ${number % 7}`,
    entities,
  };
}

function automation(number: number): Json {
  return {
    id: `${number}`,
    alias: `Automation ${number}`,
    triggers: [{ trigger: 'state', entity_id: [`binary_sensor.binary_sensor_${number * 10 + 4}`], to: 'on' }],
    conditions: [],
    actions: [{ action: 'light.turn_on', target: { entity_id: `light.light_${number * 10}` } }],
    mode: 'single',
  };
}

/** A home of a given size; its automations count among the entities. */
export function sizedScenario(size: HomeSize): ScenarioSpec {
  const numbers = (count: number) => Array.from({ length: count }, (_, number) => number);
  return {
    eventsPerSecond: size.eventsPerSecond,
    floors: [
      ['Ground floor', 0, 'mdi:home-floor-0'],
      ['Upstairs', 1, 'mdi:home-floor-1'],
    ],
    areas: rooms.map((name, at) => [name, at < rooms.length / 2 ? 'Ground floor' : 'Upstairs', 'mdi:home']),
    labels: [['Important', 'red']],
    devices: numbers(size.devices).map((number) => device(number, size)),
    loose: [],
    items: numbers(size.automations).map((number) => ['automation', `${number}`, automation(number)]),
    helpers: [],
    todos: [],
  };
}
