import { expect, test } from 'vitest';
import { testHome } from './testing/client.ts';

const automation = { alias: 'New one', triggers: [{ trigger: 'time', at: '10:00:00' }], actions: [] };

test('a written automation is stored at once and appears after its reload', async () => {
  await using it = await testHome();
  await it.client.result('subscribe_events', { event_type: 'entity_registry_updated' });
  const events = it.client.lastId();
  const saved = await it.rest('POST', '/api/config/automation/config/42', automation);
  expect(saved).toMatchObject({ status: 200, body: { result: 'ok' } });
  expect((await it.rest('GET', '/api/config/automation/config/42')).body).toEqual({ id: '42', ...automation });
  expect(await it.client.event(events)).toMatchObject({ data: { action: 'create', entity_id: 'automation.new_one' } });
  await it.client.result('get_states');
  const config = await it.client.result('automation/config', { entity_id: 'automation.new_one' });
  expect(config).toEqual({ config: { id: '42', ...automation } });
});

test('a rewritten automation keeps its entity id and reloads', async () => {
  await using it = await testHome();
  await it.client.result('subscribe_events', { event_type: 'automation_reloaded' });
  const events = it.client.lastId();
  const renamed = { ...automation, alias: 'Hallway light, renamed' };
  await it.rest('POST', '/api/config/automation/config/1700000000001', renamed);
  await it.client.event(events);
  const { body } = await it.rest('GET', '/api/states/automation.hallway_light_on_motion');
  expect(body).toMatchObject({ attributes: { friendly_name: 'Hallway light, renamed' } });
});

test('a deleted automation leaves with its entity; an unknown one is 400 to delete and 404 to read', async () => {
  await using it = await testHome();
  await it.client.result('subscribe_entities', { entity_ids: ['automation.evening_lights'] });
  const feed = it.client.lastId();
  expect((await it.rest('DELETE', '/api/config/automation/config/1700000000003')).status).toBe(200);
  expect(await it.client.event(feed, (event) => 'r' in event)).toEqual({ r: ['automation.evening_lights'] });
  expect((await it.rest('DELETE', '/api/config/automation/config/1700000000003')).status).toBe(400);
  expect((await it.rest('GET', '/api/config/automation/config/1700000000003')).status).toBe(404);
});

test.each([
  ['automation', { ...automation, foo: 1 }, "'foo'"],
  ['automation', { alias: 'x', triggers: [] }, "'actions'"],
  ['script', { alias: 'x' }, "'sequence'"],
  ['scene', { name: 'x' }, "'entities'"],
])('a malformed %s is refused', async (kind, config, part) => {
  await using it = await testHome();
  const answer = await it.rest('POST', `/api/config/${kind}/config/9`, config);
  expect(answer).toMatchObject({ status: 400, body: { message: expect.stringContaining(part) } });
});

test('scripts and scenes are written the same way', async () => {
  await using it = await testHome();
  await it.client.result('subscribe_entities', { include: { domains: ['script', 'scene'] } });
  const feed = it.client.lastId();
  await it.rest('POST', '/api/config/script/config/wave', { alias: 'Wave', sequence: [] });
  await it.rest('POST', '/api/config/scene/config/77', { name: 'Bright', entities: { 'light.hallway': 'on' } });
  for (const entityId of ['script.wave', 'scene.bright']) {
    await it.client.event(feed, ({ a }) => a !== undefined && entityId in Object(a));
  }
  expect((await it.rest('GET', '/api/config/scene/config/77')).body).toMatchObject({ id: '77', name: 'Bright' });
});
