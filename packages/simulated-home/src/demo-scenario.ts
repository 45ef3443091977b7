import { type Curve, wave } from './curve.ts';
import { demoDevices } from './demo-devices.ts';
import { demoItems } from './demo-items.ts';
import type { LooseSpec } from './entity-spec.ts';
import type { Json } from './read.ts';
import type { ScenarioSpec } from './template.ts';

const floors: ScenarioSpec['floors'] = [
  ['Basement', -1, 'mdi:home-floor-b'],
  ['Ground floor', 0, 'mdi:home-floor-0'],
  ['Upstairs', 1, 'mdi:home-floor-1'],
];

const areas: ScenarioSpec['areas'] = [
  ['Utility room', 'Basement', 'mdi:washing-machine'],
  ['Hallway', 'Ground floor', 'mdi:door'],
  ['Living room', 'Ground floor', 'mdi:sofa'],
  ['Kitchen', 'Ground floor', 'mdi:stove'],
  ['Garage', 'Ground floor', 'mdi:garage'],
  ['Bedroom', 'Upstairs', 'mdi:bed'],
  ['Kids room', 'Upstairs', 'mdi:teddy-bear'],
  ['Bathroom', 'Upstairs', 'mdi:shower'],
  ['Office', 'Upstairs', 'mdi:desk'],
  ['Garden', null, 'mdi:flower'],
];

const loose = (
  id: string,
  platform: string,
  name: string,
  state: string,
  attributes: Json,
  curve?: Curve,
): LooseSpec => ({
  ...(curve === undefined ? {} : { curve }),
  id,
  platform,
  uniqueId: `${platform}-${id}`,
  name,
  state,
  attributes,
});

function looseEntities(): LooseSpec[] {
  const tomorrow = (hour: number) =>
    `${new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)}T${hour}:00:00+00:00`;
  const sun = { next_rising: tomorrow(10), next_setting: tomorrow(17), elevation: 21.4, azimuth: 168.2, rising: false };
  const air = { temperature: 14.2, temperature_unit: '°C', humidity: 68, pressure: 1016, pressure_unit: 'hPa' };
  const wind = {
    wind_speed: 12.6,
    wind_bearing: 225,
    wind_speed_unit: 'km/h',
    visibility_unit: 'km',
    precipitation_unit: 'mm',
  };
  return [
    loose('sun.sun', 'sun', 'Sun', 'above_horizon', sun),
    loose('weather.home', 'met', 'Weather', 'partlycloudy', { ...air, ...wind, supported_features: 3 }),
    loose(
      'sensor.outdoor_temperature',
      'template',
      'Outdoor temperature',
      '14',
      { state_class: 'measurement', unit_of_measurement: '°C', device_class: 'temperature' },
      wave(13, 5),
    ),
    loose('todo.shopping_list', 'local_todo', 'Shopping list', '2', { supported_features: 127 }),
    loose('calendar.family', 'local_calendar', 'Family', 'off', { supported_features: 7 }),
  ];
}

const helpers: ScenarioSpec['helpers'] = [
  [
    'zone',
    { id: 'home', name: 'Home', latitude: 52.3731, longitude: 4.8926, radius: 100, passive: false, icon: 'mdi:home' },
  ],
  [
    'zone',
    {
      id: 'school',
      name: 'School',
      latitude: 52.3652,
      longitude: 4.9041,
      radius: 120,
      passive: false,
      icon: 'mdi:school',
    },
  ],
  ['person', { id: 'first_resident', name: 'First resident', user_id: null, device_trackers: [] }],
  ['person', { id: 'second_resident', name: 'Second resident', user_id: null, device_trackers: [] }],
  ['input_boolean', { id: 'guest_mode', name: 'Guest mode', icon: 'mdi:account-multiple' }],
  ['input_boolean', { id: 'vacation_mode', name: 'Vacation mode', icon: 'mdi:palm-tree' }],
  [
    'input_number',
    {
      id: 'night_temperature',
      name: 'Night temperature',
      min: 14,
      max: 21,
      step: 0.5,
      mode: 'slider',
      initial: 17,
      unit_of_measurement: '°C',
    },
  ],
  ['input_select', { id: 'house_mode', name: 'House mode', options: ['Day', 'Evening', 'Night', 'Away'] }],
  ['input_datetime', { id: 'wake_up', name: 'Wake up', has_date: false, has_time: true, initial: '07:00:00' }],
  ['input_text', { id: 'note', name: 'Note', min: 0, max: 100, mode: 'text' }],
  ['timer', { id: 'laundry', name: 'Laundry', duration: '1:30:00', restore: false }],
  ['counter', { id: 'coffee', name: 'Coffee', initial: 0, step: 1, restore: true, minimum: null, maximum: null }],
];

/** A family home of three floors: what a newcomer meets before adding their own. */
export function demoScenario(): ScenarioSpec {
  return {
    eventsPerSecond: 2,
    floors,
    areas,
    labels: [
      ['Security', 'red'],
      ['Evening', 'amber'],
    ],
    devices: demoDevices,
    loose: looseEntities(),
    items: demoItems,
    helpers,
    todos: [
      [
        'todo.shopping_list',
        [
          { summary: 'Milk', uid: 'simulated-1', status: 'needs_action' },
          { summary: 'Bread', uid: 'simulated-2', status: 'needs_action' },
        ],
      ],
    ],
  };
}
