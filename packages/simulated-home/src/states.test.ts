import { expect, test } from 'vitest';
import { testHome } from './testing/client.ts';

test('the demo is a family home of three floors, marked as simulated', async () => {
  await using it = await testHome();
  const [states, areas, floors, devices] = await Promise.all([
    it.client.result('get_states'),
    it.client.result('config/area_registry/list'),
    it.client.result('config/floor_registry/list'),
    it.client.result('config/device_registry/list'),
  ]);
  const counts = [states, areas, floors, devices].map((rows) => (Array.isArray(rows) ? rows.length : 0));
  expect(counts[0]).toBeGreaterThan(70);
  expect(counts.slice(1)).toEqual([10, 3, expect.any(Number)]);
  expect(counts[3]).toBeGreaterThan(24);
  expect(await it.client.result('get_config')).toMatchObject({
    location_name: 'Simulated home',
    state: 'RUNNING',
    version: '2026.11.0',
  });
});

test('subscribe_entities gives the wanted states, then only what changed', async () => {
  await using it = await testHome();
  await it.client.result('subscribe_entities', { entity_ids: ['light.hallway'] });
  const id = it.client.lastId();
  expect(await it.client.event(id)).toMatchObject({
    a: { 'light.hallway': { s: 'off', a: { friendly_name: 'Hallway light' } } },
  });
  it.home.pushState('light.hallway', 'on', { brightness: 12 });
  expect(await it.client.event(id, (event) => 'c' in event)).toEqual({
    c: { 'light.hallway': { '+': { s: 'on', lc: expect.any(Number), c: expect.any(String), a: { brightness: 12 } } } },
  });
});

test('an entity that comes or goes is told as a or r', async () => {
  await using it = await testHome();
  await it.client.result('subscribe_entities');
  const id = it.client.lastId();
  await it.rest('POST', '/api/states/sensor.made', { state: '1', attributes: {} });
  expect(await it.client.event(id, ({ a }) => a !== undefined && 'sensor.made' in Object(a))).toBeDefined();
  await it.rest('DELETE', '/api/states/sensor.made');
  expect(await it.client.event(id, (event) => 'r' in event)).toEqual({ r: ['sensor.made'] });
});

test('include and exclude narrow the feed', async () => {
  await using it = await testHome();
  await it.client.result('subscribe_entities', { include: { domains: ['lock'] } });
  const first = await it.client.event(it.client.lastId());
  expect(Object.keys(Object(first['a']))).toEqual(['lock.front_door']);
});

test('state_changed carries old and new state and the context of the call', async () => {
  await using it = await testHome();
  await it.client.result('subscribe_events', { event_type: 'state_changed' });
  const id = it.client.lastId();
  const answer = await it.client.result('call_service', {
    domain: 'switch',
    service: 'turn_on',
    target: { entity_id: 'switch.washing_machine' },
  });
  const isIt = (event: { readonly [key: string]: unknown }) =>
    Object(event['data']).entity_id === 'switch.washing_machine';
  expect(await it.client.event(id, isIt)).toMatchObject({
    event_type: 'state_changed',
    data: { old_state: { state: 'off' }, new_state: { state: 'on' } },
    context: Object(answer).context,
  });
});

test('sensors of the demo move by themselves', async () => {
  await using it = await testHome();
  await it.client.result('subscribe_entities', { include: { domains: ['sensor'] } });
  const event = await it.client.event(it.client.lastId(), (one) => 'c' in one);
  expect(Object.keys(Object(event['c']))[0]).toMatch(/^sensor\./);
});

test.each([
  ["{{ states('light.hallway') }}", 'off'],
  ["Is it on: {{ is_state('light.hallway', 'on') }}", 'Is it on: False'],
  ["{{ state_attr('light.hallway', 'friendly_name') }}", 'Hallway light'],
  ['{{ 42 }}', 42],
])('the template %s gives %s', async (template, result) => {
  await using it = await testHome();
  await it.client.result('render_template', { template });
  expect(await it.client.event(it.client.lastId())).toMatchObject({ result });
});

test('a template beyond the small subset says so', async () => {
  await using it = await testHome();
  await it.client.result('render_template', { template: '{{ states | count }}', report_errors: true });
  expect(await it.client.event(it.client.lastId())).toMatchObject({
    level: 'ERROR',
    error: expect.stringContaining('simulated'),
  });
  const rest = await it.rest('POST', '/api/template', { template: '{% if %}' });
  expect(rest).toMatchObject({ status: 400, body: { message: expect.stringContaining('simulated') } });
});

test('a template is rendered anew when its entity changes', async () => {
  await using it = await testHome();
  await it.client.result('render_template', { template: "{{ states('light.hallway') }}" });
  const id = it.client.lastId();
  await it.client.event(id, ({ result }) => result === 'off');
  it.home.pushState('light.hallway', 'on');
  expect(await it.client.event(id, ({ result }) => result === 'on')).toBeDefined();
});
