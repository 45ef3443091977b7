import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { createDirectHome } from './direct.ts';
import { type ScriptedHome, startScriptedHome } from './testing/scripted-home.ts';

const config = { state: 'RUNNING', components: ['hassio'], time_zone: 'UTC', location_name: '' };

function link(scripted: ScriptedHome) {
  const home = createDirectHome({ id: 'h', url: scripted.url, token: 't', allowPrivateAddresses: true });
  return Object.assign(home, { [Symbol.asyncDispose]: () => home.close() });
}

test('a JSON endpoint goes through the WebSocket, without a deadline of the home’s own', async () => {
  await using scripted = await startScriptedHome();
  scripted.answer = ({ type }) => ({ get_config: config, 'supervisor/api': { addons: [] } })[type];
  await using home = link(scripted);
  const response = await home.supervisor({ method: 'POST', path: '/store/reload', query: { a: 'b' }, body: { c: 1 } });
  expect(JSON.parse(await text(response.body))).toEqual({ addons: [] });
  expect(scripted.received.at(-1)).toMatchObject({
    ...{ type: 'supervisor/api', endpoint: '/store/reload', method: 'post', params: { a: 'b' }, data: { c: 1 } },
    timeout: null,
  });
});

test('logs come by REST, as text', async () => {
  await using scripted = await startScriptedHome();
  scripted.answer = ({ type }) => (type === 'get_config' ? config : undefined);
  scripted.http = ({ url }) => ({ status: 200, body: `asked ${url}` });
  await using home = link(scripted);
  const response = await home.supervisor({ method: 'GET', path: '/addons/core_ssh/logs' });
  expect(await text(response.body)).toBe('asked /api/hassio/addons/core_ssh/logs');
});

test('a home without a Supervisor says so, and is asked nothing', async () => {
  await using scripted = await startScriptedHome();
  await using home = link(scripted);
  await expect(home.supervisor({ method: 'GET', path: '/info' })).rejects.toMatchObject({
    code: 'COMPONENT_NOT_INSTALLED',
  });
  expect(scripted.received.map(({ type }) => type)).not.toContain('supervisor/api');
});
