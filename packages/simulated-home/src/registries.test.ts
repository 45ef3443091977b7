import { expect, test } from 'vitest';
import type { Json } from './read.ts';
import { testHome } from './testing/client.ts';

const dataOf = (event: Json) => Object(event['data']);

test.each([
  ['area', 'area_id', { icon: 'mdi:tree' }],
  ['floor', 'floor_id', { level: 2 }],
  ['label', 'label_id', { color: 'green' }],
])('a %s is created, changed and deleted, each told by an event', async (kind, idKey, fields) => {
  await using it = await testHome();
  await it.client.result('subscribe_events', { event_type: `${kind}_registry_updated` });
  const events = it.client.lastId();
  const prefix = `config/${kind}_registry`;
  expect(await it.client.result(`${prefix}/create`, { name: 'New thing', ...fields })).toMatchObject({
    [idKey]: 'new_thing',
    ...fields,
  });
  expect(await it.client.ask(`${prefix}/create`, { name: 'New Thing' })).toMatchObject({
    error: { code: 'invalid_info' },
  });
  expect(await it.client.result(`${prefix}/update`, { [idKey]: 'new_thing', name: 'Other' })).toMatchObject({
    name: 'Other',
    ...fields,
  });
  await it.client.result(`${prefix}/delete`, { [idKey]: 'new_thing' });
  for (const action of ['create', 'update', 'remove']) {
    const event = await it.client.event(events, (one) => dataOf(one).action === action);
    expect(dataOf(event)).toEqual({ action, [idKey]: 'new_thing' });
  }
});

test('a deleted area is forgotten by its devices', async () => {
  await using it = await testHome();
  await it.client.result('config/area_registry/delete', { area_id: 'office' });
  const devices = await it.client.result('config/device_registry/list');
  expect(Object(devices).find((device: Json) => device['name'] === 'Desk lamp')).toMatchObject({ area_id: null });
});

test('categories live in their scope', async () => {
  await using it = await testHome();
  const made = await it.client.result('config/category_registry/create', { scope: 'automation', name: 'Lights' });
  expect(await it.client.result('config/category_registry/list', { scope: 'script' })).toEqual([]);
  expect(await it.client.result('config/category_registry/list', { scope: 'automation' })).toEqual([made]);
});

test('an entity takes a new name and id, and its state follows', async () => {
  await using it = await testHome();
  await it.client.result('subscribe_events', { event_type: 'entity_registry_updated' });
  const events = it.client.lastId();
  const answer = await it.client.result('config/entity_registry/update', {
    entity_id: 'light.hallway',
    new_entity_id: 'light.corridor',
    name: 'Corridor',
    labels: ['evening'],
  });
  expect(answer).toMatchObject({ entity_entry: { entity_id: 'light.corridor', labels: ['evening'] } });
  const event = await it.client.event(events);
  expect(dataOf(event)).toMatchObject({
    action: 'update',
    entity_id: 'light.corridor',
    old_entity_id: 'light.hallway',
  });
  expect((await it.rest('GET', '/api/states/light.hallway')).status).toBe(404);
  const moved = await it.rest('GET', '/api/states/light.corridor');
  expect(moved.body).toMatchObject({ attributes: { friendly_name: 'Hallway light Corridor' } });
});

test('a disabled entity has no state until it is enabled', async () => {
  await using it = await testHome();
  const update = (disabled_by: string | null) =>
    it.client.result('config/entity_registry/update', { entity_id: 'light.hallway', disabled_by });
  await update('user');
  expect((await it.rest('GET', '/api/states/light.hallway')).status).toBe(404);
  await update(null);
  expect((await it.rest('GET', '/api/states/light.hallway')).status).toBe(200);
});

test('a renamed device renames its entities', async () => {
  await using it = await testHome();
  const devices = await it.client.result('config/device_registry/list');
  const { id } = Object(devices).find((device: Json) => device['name'] === 'Desk lamp');
  await it.client.result('config/device_registry/update', { device_id: id, name_by_user: 'Work lamp' });
  const { body } = await it.rest('GET', '/api/states/light.office_desk');
  expect(body).toMatchObject({ attributes: { friendly_name: 'Work lamp' } });
});

test.each([
  ['input_boolean', { name: 'Party' }, {}, 'off'],
  ['input_number', { name: 'Level', min: 0, max: 10 }, { step: 1, mode: 'slider' }, '0.0'],
  ['input_select', { name: 'Choice', options: ['a', 'b'] }, {}, 'a'],
  ['timer', { name: 'Egg', duration: '0:05:00' }, { restore: false }, 'idle'],
  ['schedule', { name: 'Work' }, { monday: [] }, 'off'],
  ['zone', { name: 'Gym', latitude: 1, longitude: 2 }, { radius: 100, passive: false }, '0'],
])('a new %s has its defaults and an entity', async (type, given, defaults, state) => {
  await using it = await testHome();
  const id = given.name.toLowerCase();
  expect(await it.client.result(`${type}/create`, given)).toMatchObject({ id, ...given, ...defaults });
  expect((await it.rest('GET', `/api/states/${type}.${id}`)).body).toMatchObject({ state });
  await it.client.result(`${type}/delete`, { [`${type}_id`]: id });
  expect((await it.rest('GET', `/api/states/${type}.${id}`)).status).toBe(404);
});

test('updating a helper replaces it as a whole', async () => {
  await using it = await testHome();
  await it.client.result('input_boolean/update', { input_boolean_id: 'guest_mode', name: 'Guests' });
  const list = await it.client.result('input_boolean/list');
  expect(list).toContainEqual({ id: 'guest_mode', name: 'Guests' });
  expect(await it.client.ask('input_boolean/update', { input_boolean_id: 'nope', name: 'x' })).toMatchObject({
    error: { code: 'not_found' },
  });
});

test('search/related finds the automations that name an entity', async () => {
  await using it = await testHome();
  const found = await it.client.result('search/related', { item_type: 'entity', item_id: 'light.hallway' });
  expect(found).toMatchObject({
    automation: ['automation.hallway_light_on_motion'],
    area: ['hallway'],
    integration: ['hue'],
  });
  const back = await it.client.result('search/related', {
    item_type: 'automation',
    item_id: 'automation.lock_up_at_night',
  });
  expect(Object(back).entity).toContain('lock.front_door');
});
