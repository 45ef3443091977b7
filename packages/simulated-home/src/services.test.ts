import { expect, test } from 'vitest';
import type { Json } from './read.ts';
import { type TestHome, testHome } from './testing/client.ts';

async function call(it: TestHome, action: string, target: Json, data: Json = {}): Promise<Json> {
  const [domain, service] = action.split('.');
  return await it.client.ask('call_service', { domain, service, target, service_data: data });
}

const stateOf = async (it: TestHome, entityId: string) =>
  Object((await it.rest('GET', `/api/states/${entityId}`)).body);

test.each([
  ['light.turn_on', 'light.hallway', { brightness_pct: 40 }, 'on', { brightness: 102, color_mode: 'brightness' }],
  ['light.turn_on', 'light.bedside', { hs_color: [240, 80] }, 'on', { hs_color: [240, 80], color_mode: 'hs' }],
  ['light.turn_on', 'light.hallway', { brightness_pct: 0 }, 'off', { brightness: null }],
  ['light.toggle', 'light.living_room_ceiling', {}, 'off', { brightness: null }],
  ['homeassistant.toggle', 'switch.coffee_machine', {}, 'off', {}],
  ['fan.turn_on', 'fan.bathroom', { percentage: 33 }, 'on', { percentage: 33 }],
  ['climate.set_temperature', 'climate.living_room', { temperature: 22.5 }, 'heat', { temperature: 22.5 }],
  ['climate.set_hvac_mode', 'climate.living_room', { hvac_mode: 'off' }, 'off', { hvac_action: 'off' }],
  ['media_player.volume_set', 'media_player.kitchen_speaker', { volume_level: 0.5 }, 'playing', { volume_level: 0.5 }],
  ['media_player.media_pause', 'media_player.kitchen_speaker', {}, 'paused', {}],
  ['input_boolean.turn_on', 'input_boolean.guest_mode', {}, 'on', {}],
  ['input_number.set_value', 'input_number.night_temperature', { value: 18.5 }, '18.5', {}],
  ['input_select.select_next', 'input_select.house_mode', {}, 'Evening', {}],
  ['counter.increment', 'counter.coffee', {}, '1', {}],
  ['timer.start', 'timer.laundry', { duration: '0:10:00' }, 'active', { remaining: '0:10:00' }],
  ['input_datetime.set_datetime', 'input_datetime.wake_up', { time: '06:45:00' }, '06:45:00', { hour: 6, minute: 45 }],
  ['scene.turn_on', 'light.garden', {}, 'on', { brightness: 80 }],
  ['alarm_control_panel.alarm_arm_home', 'alarm_control_panel.home_alarm', {}, 'arming', {}],
])('%s leaves %s %o as %s', async (action, entityId, data, state, attributes) => {
  await using it = await testHome();
  const target = action === 'scene.turn_on' ? { entity_id: 'scene.evening' } : { entity_id: entityId };
  expect(await call(it, action, target, data)).toMatchObject({ success: true });
  expect(await stateOf(it, entityId)).toMatchObject({ state, attributes });
});

test.each([
  ['cover.open_cover', 'cover.garage_door', 'opening', 'open'],
  ['lock.unlock', 'lock.front_door', 'unlocking', 'unlocked'],
  ['valve.open_valve', 'valve.garden_irrigation', 'opening', 'open'],
])('%s passes through %s %s to %s', async (action, entityId, via, end) => {
  await using it = await testHome();
  await it.client.result('subscribe_entities', { entity_ids: [entityId] });
  const id = it.client.lastId();
  await call(it, action, { entity_id: entityId });
  for (const state of [via, end]) {
    await it.client.event(id, ({ c }) => Object(Object(Object(c)[entityId])['+']).s === state);
  }
});

test('a target may be an area, a floor, a device or a label', async () => {
  await using it = await testHome();
  await call(it, 'light.turn_off', { floor_id: ['ground_floor'], area_id: 'office' });
  expect(await stateOf(it, 'light.living_room_ceiling')).toMatchObject({ state: 'off' });
  expect(await stateOf(it, 'light.office_desk')).toMatchObject({ state: 'off' });
  expect(await stateOf(it, 'light.kids_room_night_light')).toMatchObject({ state: 'on' });
  await call(it, 'light.turn_on', { label_id: 'evening' });
  expect(await stateOf(it, 'light.garden')).toMatchObject({ state: 'on' });
});

test('extract_from_target tells what a target reaches and what is missing', async () => {
  await using it = await testHome();
  const target = { area_id: ['office', 'nowhere'], entity_id: ['light.nope'] };
  expect(await it.client.result('extract_from_target', { target })).toMatchObject({
    referenced_entities: ['light.nope', 'light.office_desk'],
    missing_areas: ['nowhere'],
    missing_devices: [],
  });
});

test.each([
  ['an unknown service', 'light.nope', {}, 'not_found', 'service_not_found'],
  ['an unknown field', 'light.turn_on', { foo: 1 }, 'invalid_format', undefined],
  ['a missing field', 'input_number.set_value', {}, 'invalid_format', undefined],
  [
    'a service the entity lacks',
    'cover.set_cover_position',
    { position: 30 },
    'service_validation_error',
    'service_not_supported',
  ],
  [
    'a value outside its range',
    'climate.set_temperature',
    { temperature: 99 },
    'service_validation_error',
    'temp_out_of_range',
  ],
  [
    'a forgotten response',
    'weather.get_forecasts',
    { type: 'daily' },
    'service_validation_error',
    'service_lacks_response_request',
  ],
])('%s is refused', async (_name, action, data, code, translation_key) => {
  await using it = await testHome();
  const domain = action.split('.')[0];
  const entityId =
    { climate: 'climate.bedroom', cover: 'cover.garage_door', light: 'light.hallway' }[domain ?? ''] ??
    `${domain}.home`;
  const expected = translation_key === undefined ? { code } : { code, translation_key };
  expect(await call(it, action, { entity_id: entityId }, data)).toMatchObject({ success: false, error: expected });
});

test('an unknown entity in a target is passed over in silence', async () => {
  await using it = await testHome();
  expect(await call(it, 'light.turn_on', { entity_id: 'light.nope' })).toMatchObject({ success: true });
});

test('a disarm needs the code', async () => {
  await using it = await testHome();
  const target = { entity_id: 'alarm_control_panel.home_alarm' };
  expect(await call(it, 'alarm_control_panel.alarm_disarm', target)).toMatchObject({ success: false });
  expect(await call(it, 'alarm_control_panel.alarm_disarm', target, { code: '1234' })).toMatchObject({ success: true });
});

test('services with an answer give it when asked', async () => {
  await using it = await testHome();
  const answer = await it.client.result('call_service', {
    domain: 'todo',
    service: 'get_items',
    target: { entity_id: 'todo.shopping_list' },
    return_response: true,
  });
  expect(Object(answer).response['todo.shopping_list'].items.map((item: Json) => item['summary'])).toEqual([
    'Milk',
    'Bread',
  ]);
});

test('REST gives the states that the call changed', async () => {
  await using it = await testHome();
  const { body } = await it.rest('POST', '/api/services/light/turn_on', { entity_id: 'light.hallway' });
  expect(body).toMatchObject([{ entity_id: 'light.hallway', state: 'on' }]);
  const forecast = await it.rest('POST', '/api/services/weather/get_forecasts?return_response', {
    entity_id: 'weather.home',
    type: 'daily',
  });
  expect(forecast.body).toMatchObject({
    changed_states: [],
    service_response: { 'weather.home': { forecast: expect.any(Array) } },
  });
});

test('running an automation does its actions and keeps five traces', async () => {
  await using it = await testHome();
  for (let run = 0; run < 6; run += 1)
    await call(it, 'automation.trigger', { entity_id: 'automation.hallway_light_on_motion' });
  expect(await stateOf(it, 'light.hallway')).toMatchObject({ state: 'on' });
  const list = await it.client.result('trace/list', { domain: 'automation', item_id: '1700000000001' });
  expect(list).toHaveLength(5);
  const { run_id } = Object(list)[0];
  const trace = await it.client.result('trace/get', { domain: 'automation', item_id: '1700000000001', run_id });
  expect(trace).toMatchObject({ script_execution: 'finished', trace: { 'action/0': [{ path: 'action/0' }] } });
});

test('every script is a service of its own', async () => {
  await using it = await testHome();
  expect(await call(it, 'script.good_night', {})).toMatchObject({ success: true });
  expect(await stateOf(it, 'light.office_desk')).toMatchObject({ state: 'off' });
  expect(Object(await it.client.result('get_services'))['script']).toHaveProperty('good_night');
});
