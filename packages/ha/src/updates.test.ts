import { expect, test } from 'vitest';
import type { EntityEntry } from './records.ts';
import { updateOf } from './updates.ts';

const entry = (platform: string, unique_id: string) => ({ platform, unique_id }) as EntityEntry;

test.each([
  ['core', entry('hassio', 'home_assistant_core_version_latest'), {}],
  ['os', entry('hassio', 'home_assistant_os_version_latest'), {}],
  ['supervisor', entry('hassio', 'home_assistant_supervisor_version_latest'), {}],
  ['addons', entry('hassio', 'core_mosquitto_version_latest'), {}],
  ['hacs', entry('marketplace', '172733314'), { title: 'Zigbee card' }],
  ['devices', entry('demo', '1'), { device_class: 'firmware' }],
  ['other', entry('demo', '2'), { title: 'Supervisor of the pool' }],
  ['core', undefined, {}],
])('%s is told by where an update comes from', (category, from, attributes) => {
  const state = { entity_id: 'update.home_assistant_core_update', state: 'on', attributes };
  const id = from ? 'update.x' : state.entity_id;
  const context = { id: '1', parent_id: null, user_id: null };
  const whole = { ...state, entity_id: id, last_changed: '', last_updated: '', context };
  expect(updateOf(whole, from).category).toBe(category);
});
