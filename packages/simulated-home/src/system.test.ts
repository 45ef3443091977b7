import { expect, test } from 'vitest';
import { testHome } from './testing/client.ts';

test('a backup runs through its stages, is listed and can be downloaded', async () => {
  await using it = await testHome();
  await it.client.result('backup/subscribe_events');
  const events = it.client.lastId();
  const { backup_job_id: id } = Object(
    await it.client.result('backup/generate', { agent_ids: ['backup.local'], name: 'Proof' }),
  );
  expect(await it.client.ask('backup/generate', { agent_ids: ['backup.local'] })).toMatchObject({
    error: { code: 'home_assistant_error' },
  });
  await it.client.event(events, ({ state }) => state === 'completed');
  expect(await it.client.result('backup/info')).toMatchObject({
    state: 'idle',
    backups: [{ backup_id: id, name: 'Proof' }],
  });
  expect(await it.client.result('backup/details', { backup_id: id })).toMatchObject({ backup: { name: 'Proof' } });
  const file = await it.rest('GET', `/api/backup/download/${id}?agent_id=backup.local`);
  expect(file.headers.get('content-length')).toBe('102400');
});

test('system health comes as events and finishes', async () => {
  await using it = await testHome();
  await it.client.result('system_health/info');
  const id = it.client.lastId();
  expect(await it.client.event(id)).toMatchObject({ type: 'initial', data: { homeassistant: expect.any(Object) } });
  expect(await it.client.event(id, ({ type }) => type === 'finish')).toEqual({ type: 'finish' });
});

test.each([
  'auth/current_user',
  'auth/refresh_tokens',
  'backup/agents/info',
  'config_entries/get',
  'logger/log_info',
  'lovelace/dashboards/list',
  'manifest/list',
  'persistent_notification/get',
  'recorder/info',
  'repairs/list_issues',
  'system_log/list',
  'homeassistant/expose_entity/list',
])('%s answers', async (type) => {
  await using it = await testHome();
  expect(await it.client.ask(type)).toMatchObject({ success: true });
});

test('translations name the services and their fields', async () => {
  await using it = await testHome();
  const { resources } = Object(
    await it.client.result('frontend/get_translations', {
      language: 'en',
      category: 'services',
      integration: ['light'],
    }),
  );
  expect(resources['component.light.services.turn_on.fields.brightness_pct.name']).toBe('Brightness pct');
  expect(Object.keys(resources).every((key) => key.startsWith('component.light.'))).toBe(true);
});

test('a dashboard is created, saved and deleted', async () => {
  await using it = await testHome();
  expect(await it.client.ask('lovelace/dashboards/create', { url_path: 'plain', title: 'x' })).toMatchObject({
    success: false,
  });
  await it.client.result('lovelace/dashboards/create', { url_path: 'my-home', title: 'My home' });
  await it.client.result('lovelace/config/save', { url_path: 'my-home', config: { views: [] } });
  expect(await it.client.result('lovelace/config', { url_path: 'my-home' })).toEqual({ views: [] });
  await it.client.result('lovelace/dashboards/delete', { dashboard_id: 'my_home' });
  expect(await it.client.ask('lovelace/config', { url_path: 'my-home' })).toMatchObject({
    error: { code: 'config_not_found' },
  });
});

test.each([
  ['GET', '/api/', 200],
  ['GET', '/api/config', 200],
  ['GET', '/api/states', 200],
  ['GET', '/api/services', 200],
  ['GET', '/api/error_log', 200],
  ['GET', '/api/states/light.nope', 404],
  ['GET', '/api/nope', 404],
  ['POST', '/api/services/light/nope', 400],
  ['POST', '/api/config/core/check_config', 200],
  ['POST', '/api/events/proof', 200],
])('REST %s %s answers %i', async (method, path, status) => {
  await using it = await testHome();
  expect((await it.rest(method, path)).status).toBe(status);
});

test('REST without the token is 401 and says where to sign in; the open paths need none', async () => {
  await using it = await testHome();
  const answer = await fetch(`${it.home.url}/api/`);
  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer resource_metadata=/);
  for (const path of ['/manifest.json', '/auth/providers']) expect((await fetch(it.home.url + path)).status).toBe(200);
});

test('a body that is no JSON is 400', async () => {
  await using it = await testHome();
  expect(await it.rest('POST', '/api/services/light/toggle', '{x')).toMatchObject({ status: 400 });
});
