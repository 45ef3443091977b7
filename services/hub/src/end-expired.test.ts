import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AdminHub, startAdminHub } from './testing/admin-hub.ts';

let hub: AdminHub;
beforeAll(async () => {
  hub = await startAdminHub();
  await hub.ask('POST', '/tenants', { name: 'Fjord', slug: 'fjord', owner: 'Anna' });
});
afterAll(() => hub[Symbol.asyncDispose]());

const connector = async (name: string, facts: object = {}) => {
  const { status, body } = await hub.ask('POST', '/tenants/fjord/connectors', { name, ...facts });
  expect(status).toBe(201);
  return `${hub.base}${new URL(body.url).pathname}`;
};
const stream = async (url: string) => {
  const response = await fetch(url, { headers: { accept: 'text/event-stream' } });
  expect(response.status).toBe(200);
  return response;
};
const listen = async (url: string) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'subscriptions/listen',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'subscriptions/listen',
      params: {
        notifications: { toolsListChanged: true },
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
          'io.modelcontextprotocol/clientCapabilities': {},
        },
      },
    }),
  });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  return response;
};

test('streams of a connector whose time is over end by themselves, and it opens none any more', async () => {
  const url = await connector('guest', { expiresAt: new Date(Date.now() + 2_000).toISOString() });
  const open = [await stream(url), await listen(url)];
  await Promise.all(open.map((one) => one.text().catch(() => '')));
  expect((await fetch(url, { headers: { accept: 'text/event-stream' } })).status).toBe(404);
});

test('whoever may still use the connector opens new streams after others of it ended', async () => {
  const url = await connector('anna');
  const { body } = await hub.ask('GET', '/tenants/fjord/connectors/anna');
  for (let round = 0; round < 2; round++) {
    const open = [await stream(url), await listen(url)];
    for (const end of hub.deps.expired) end(body.id);
    await Promise.all(open.map((one) => one.text().catch(() => '')));
  }
});
