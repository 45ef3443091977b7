const turnOn = { action: 'light.turn_on', target: { entity_id: 'light.bedside' } };

/** One of each kind of configuration that tools take, as somebody would write it. */
export const CONFIGS: readonly Readonly<Record<string, unknown>>[] = [
  {
    alias: 'Evening light',
    description: 'Made by a test',
    triggers: [{ trigger: 'state', entity_id: 'binary_sensor.hallway_motion', to: 'on' }],
    conditions: [{ condition: 'sun', after: 'sunset' }],
    actions: [turnOn],
    mode: 'single',
  },
  { use_blueprint: { path: 'homeassistant/motion_light.yaml', input: { motion_entity: 'binary_sensor.motion' } } },
  { alias: 'Good night', sequence: [turnOn, { delay: '00:00:01' }], mode: 'restart' },
  { name: 'Reading', entities: { 'light.bedside': { state: 'on', brightness: 90 } }, icon: 'mdi:book' },
  { views: [{ title: 'Home', path: 'home', cards: [{ type: 'entities', entities: ['light.bedside'] }] }] },
  { views: [{ type: 'sections', sections: [{ type: 'grid', cards: [{ type: 'tile', entity: 'light.bedside' }] }] }] },
  { strategy: { type: 'original-states' } },
  { type: 'entities', entities: ['light.bedside'] },
  { name: 'Mean temperature', entity_ids: ['sensor.outdoor_temperature'], type: 'mean' },
  { name: 'Half', state: "{{ states('sensor.outdoor_temperature') | float / 2 }}", template_type: 'sensor' },
  { next_step_id: 'sensor', name: 'Menu' },
  { energy_sources: [], device_consumption: [{ stat_consumption: 'sensor.energy' }] },
  { entity_id: 'light.bedside', brightness_pct: 40, transition: 1 },
  { alias: 'Old names', trigger: { platform: 'time', at: '08:00:00' }, action: { service: 'light.turn_off' } },
  { message: 'Hello', title: 'From a test' },
  { summary: 'Bins', start: '2026-12-01T08:00:00', end: '2026-12-01T09:00:00' },
];
