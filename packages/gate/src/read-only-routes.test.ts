import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenGate, openGate } from './testing/open-gate.ts';

let open: OpenGate;
beforeAll(async () => {
  open = await openGate({ homeCount: 1 });
});
afterAll(() => open[Symbol.asyncDispose]());

const turnOn = { domain: 'light', service: 'turn_on', entity_id: 'light.hallway' };
const ROUTES: readonly (readonly [name: string, args: object])[] = [
  ['ha_call_service', turnOn],
  ['ha_bulk_control', { operations: [{ entity_id: 'light.hallway', action: 'on' }] }],
  ['ha_call_event', { event_type: 'x' }],
  ['ha_call_write_tool', { name: 'ha_call_service', arguments: turnOn }],
  ['ha_call_write_tool', { name: 'ha_call_write_tool', arguments: { name: 'ha_call_service', arguments: turnOn } }],
  ['ha_manage_backup', { scope: 'snapshot', action: 'create', name: 'x' }],
  ['ha_manage_custom_tool', { code: `call_tool('ha_call_service', ${JSON.stringify(turnOn)})`, justification: 'test' }],
  ['ha_config_remove_automation', { identifier: 'automation.x' }],
  ['ha_restart', { confirm: true }],
];

test.each(ROUTES)('read-only refuses %s, and nothing reaches the home', async (name, args) => {
  const settings = { readOnly: true, toolSearch: 'on' };
  const connector = await open.connector({ ceiling: 'destroy', settings });
  const before = await open.call(connector, 'ha_get_state', { entity_id: 'light.hallway' });
  const { text } = await open.call(connector, name, args);
  expect(text).toContain('READ_ONLY_MODE');
  const after = await open.call(connector, 'ha_get_state', { entity_id: 'light.hallway' });
  expect(after.body['data']).toEqual(before.body['data']);
});

test('a mixed tool stays in the list, and its reading calls are answered', async () => {
  const connector = await open.connector({ ceiling: 'destroy', settings: { readOnly: true } });
  expect(open.gate.list(connector).map(({ name }) => name)).toContain('ha_manage_backup');
  const list = await open.call(connector, 'ha_manage_backup', { scope: 'snapshot', action: 'list' });
  expect(list.text).not.toContain('READ_ONLY_MODE');
  const { body } = await open.call(connector, 'ha_manage_backup', { scope: 'snapshot', action: 'create', name: 'x' });
  expect(body).toMatchObject({ blocked_operation: 'create', read_only_mode: true });
});
