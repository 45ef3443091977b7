import type { ScenarioSpec } from './template.ts';

/** Stored automations, scripts and scenes of the demo, as a person would have written them. */
export const demoItems: ScenarioSpec['items'] = [
  [
    'automation',
    '1700000000001',
    {
      id: '1700000000001',
      alias: 'Hallway light on motion',
      description: 'Lights the hallway when someone walks by after dark.',
      triggers: [{ trigger: 'state', entity_id: ['binary_sensor.hallway_motion'], to: 'on' }],
      conditions: [{ condition: 'numeric_state', entity_id: 'sensor.hallway_illuminance', below: 60 }],
      actions: [{ action: 'light.turn_on', target: { entity_id: 'light.hallway' }, data: { brightness_pct: 60 } }],
      mode: 'restart',
    },
  ],
  [
    'automation',
    '1700000000002',
    {
      id: '1700000000002',
      alias: 'Lock up at night',
      description: '',
      triggers: [{ trigger: 'time', at: '23:30:00' }],
      conditions: [],
      actions: [
        { action: 'lock.lock', target: { entity_id: 'lock.front_door' } },
        { action: 'cover.close_cover', target: { entity_id: 'cover.garage_door' } },
        { action: 'light.turn_off', target: { floor_id: 'ground_floor' } },
      ],
      mode: 'single',
    },
  ],
  [
    'automation',
    '1700000000003',
    {
      id: '1700000000003',
      alias: 'Evening lights',
      description: 'Cosy lights from sunset on.',
      triggers: [{ trigger: 'sun', event: 'sunset', offset: '-00:20:00' }],
      conditions: [{ condition: 'state', entity_id: 'input_boolean.vacation_mode', state: 'off' }],
      actions: [{ scene: 'scene.evening' }],
      mode: 'single',
    },
  ],
  [
    'automation',
    '1700000000004',
    {
      id: '1700000000004',
      alias: 'Laundry is done',
      description: 'Tells when the washing machine stops drawing power.',
      triggers: [{ trigger: 'numeric_state', entity_id: ['sensor.washing_machine_power'], below: 5, for: '00:03:00' }],
      conditions: [],
      actions: [{ action: 'notify.persistent_notification', data: { message: 'The laundry is done.' } }],
      mode: 'single',
    },
  ],
  [
    'script',
    'good_night',
    {
      alias: 'Good night',
      description: 'Everything off, doors locked, bedroom cooler.',
      sequence: [
        { action: 'light.turn_off', target: { entity_id: 'all' } },
        { action: 'lock.lock', target: { entity_id: 'lock.front_door' } },
        { action: 'climate.set_temperature', target: { entity_id: 'climate.bedroom' }, data: { temperature: 17 } },
      ],
      mode: 'single',
    },
  ],
  [
    'script',
    'movie_time',
    {
      alias: 'Movie time',
      sequence: [
        { action: 'scene.turn_on', target: { entity_id: 'scene.movie' } },
        { action: 'media_player.turn_on', target: { entity_id: 'media_player.living_room_tv' } },
      ],
      mode: 'single',
    },
  ],
  [
    'scene',
    '1700000000101',
    {
      id: '1700000000101',
      name: 'Evening',
      entities: {
        'light.living_room_floor_lamp': { state: 'on', brightness: 120 },
        'light.living_room_ceiling': { state: 'off' },
        'light.garden': { state: 'on', brightness: 80 },
      },
      icon: 'mdi:weather-sunset',
    },
  ],
  [
    'scene',
    '1700000000102',
    {
      id: '1700000000102',
      name: 'Movie',
      entities: {
        'light.living_room_ceiling': { state: 'off' },
        'light.living_room_floor_lamp': { state: 'on', brightness: 40 },
        'cover.living_room': { state: 'closed', current_position: 0 },
      },
    },
  ],
];
