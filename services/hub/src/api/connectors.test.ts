import { hashSecret } from '@hub/core/ids.ts';
import { type SimulatedHome, startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminHub, startAdminHub } from '../testing/admin-hub.ts';

let hub: AdminHub;
let simulated: SimulatedHome;
beforeAll(async () => {
  hub = await startAdminHub();
  simulated = await startSimulatedHome({ name: 'Cabin', token: 'right-token-of-the-cabin' });
  await hub.ask('POST', '/tenants', { name: 'Fjord', slug: 'fjord', owner: 'Anna' });
  await hub.ask('POST', '/tenants/fjord/homes', { url: simulated.url, token: simulated.token, tags: ['sea'] });
});
afterAll(async () => {
  await simulated.close();
  await hub[Symbol.asyncDispose]();
});

const connectors = '/tenants/fjord/connectors';

/** The HTTP status of tools/list under the printed URL, asked at this hub's own address. */
async function statusOf(url: string): Promise<number> {
  const response = await fetch(`${hub.base}${new URL(url).pathname}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
  });
  await response.body?.cancel();
  return response.status;
}

// biome-ignore lint/suspicious/noExplicitAny: answers of several shapes
async function rpc(url: string, method: string, params = {}): Promise<any> {
  const response = await fetch(`${hub.base}${new URL(url).pathname}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  return response.json();
}

const listOf = async (url: string): Promise<readonly object[]> => (await rpc(url, 'tools/list')).result.tools;

describe('a new connector', () => {
  it('stops at control unless told, and its URL is in the answer alone', async () => {
    const made = await hub.ask('POST', connectors, { name: 'anna' });
    expect(made.status).toBe(201);
    expect(await statusOf(made.body.url)).toBe(200);
    expect(made.body.connector).toMatchObject({ ceiling: 'control', state: 'valid', member: { name: 'Anna' } });
    const secret = new URL(made.body.url).pathname.slice('/private_'.length);
    for (const path of [connectors, `${connectors}/anna`]) {
      expect((await hub.ask('GET', path)).text).not.toContain(secret);
    }
  });

  it('says in words who, which homes, what it can and cannot do, and until when', async () => {
    const { body } = await hub.ask('POST', connectors, {
      name: 'guest',
      homes: { kind: 'tags', tags: ['sea'] },
      disabledTools: ['ha_call_service'],
      expiresAt: '2099-01-02T03:04:00+01:00',
    });
    expect(body.connector.summary).toEqual([
      "It acts for Anna (owner) of the tenant 'Fjord'.",
      'It reaches the homes tagged sea, also those added later: Cabin.',
      'It can read states, history and settings; and switch and adjust devices such as lights, heating and media players.',
      expect.stringMatching(/^It cannot change automations.*locks.*restart.*restore backups\.$/),
      'Switched off: ha_call_service.',
      'It ends on 2099-01-02 02:04 UTC.',
    ]);
  });

  it('says what a person may allow, what its entity rules hide, and that these keep it at control', async () => {
    const visibility = { allow: { domains: ['light'] }, deny: { entities: ['light.porch'] } };
    const { body } = await hub.ask('POST', connectors, {
      ...{ name: 'ruled', ceiling: 'configure', askUpTo: 'secure', visibility },
    });
    expect(body.connector.summary).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^It can read.*media players\.$/),
        expect.stringMatching(/^A person may allow it once to .*operate locks.*hub approvals list/),
        'Entity rules: it sees only light, and not light.porch.',
      ]),
    );
  });

  it('warns of denied names that no linked home has, as they hide nothing, and takes them all the same', async () => {
    const { url } = (await hub.ask('POST', connectors, { name: 'linking' })).body;
    await rpc(url, 'tools/call', { name: 'ha_get_state', arguments: { entity_id: 'sun.sun' } });
    const deny = (rules: object) => ({ visibility: { deny: rules } });
    const made = await hub.ask('POST', connectors, {
      name: 'slips',
      ...deny({
        entities: ['light.*', 'light.porhc', 'lihgt.*'],
        areas: ['Kitchen', 'Kitchn'],
        domains: ['light', 'locks'],
      }),
    });
    expect(made.body.connector.warnings).toEqual([
      'The rules deny light.porhc, lihgt.*, Kitchn, locks, which fits nothing at cabin now, and so hides nothing there.',
    ]);
    expect(made.body.connector.visibility.deny.entities).toContain('light.porhc');
    const right = await hub.ask('PATCH', `${connectors}/slips`, deny({ labels: [], domains: ['light'] }));
    expect(right.body.warnings).toBeUndefined();
    const wrong = await hub.ask('PATCH', `${connectors}/slips`, deny({ labels: ['hiden'] }));
    expect(wrong.body.warnings).toEqual([expect.stringContaining('hiden')]);
  });

  it('links no home for that', async () => {
    await hub.ask('POST', '/tenants', { name: 'Harbour', slug: 'harbour', owner: 'Ben' });
    const { url, token } = simulated;
    const { id } = (await hub.ask('POST', '/tenants/harbour/homes', { url, token })).body.home;
    const body = { name: 'ben', visibility: { deny: { domains: ['locks'] } } };
    const made = await hub.ask('POST', '/tenants/harbour/connectors', body);
    expect(made).toMatchObject({ status: 201, body: { url: expect.any(String) } });
    expect(made.body.connector.warnings).toBeUndefined();
    expect(hub.deps.homes.stateOf(id)).toBeUndefined();
  });

  it('can do no more than the role of its member and, when read-only, nothing but read', async () => {
    await hub.ask('POST', '/tenants/fjord/members', { name: 'Visitor', role: 'guest' });
    const visitor = await hub.ask('POST', connectors, { name: 'visitor', member: 'Visitor', ceiling: 'destroy' });
    expect(visitor.body.connector.summary[3]).toContain('It cannot change automations');
    const reader = await hub.ask('POST', connectors, { name: 'reader', ceiling: 'destroy', readOnly: true });
    expect(reader.body.connector.summary[2]).toBe('It can read states, history and settings.');
  });

  it('is refused with a name that is taken, a tool or home that is not there, a time that has passed', async () => {
    const wrong = [
      [{ name: 'anna' }, 409],
      [{ name: '0197f0a0-0000-7000-8000-000000000000' }, 400],
      [{ name: 'x', disabledTools: ['ha_call_servce'] }, 400],
      [{ name: 'x', homes: { kind: 'list', homes: ['castle'] } }, 404],
      [{ name: 'x', member: 'Nobody' }, 404],
      [{ name: 'x', expiresAt: '2020-01-01T00:00:00Z' }, 400],
      [{ name: 'x', ceiling: 'everything' }, 400],
      [{ name: 'x', secret: 'of my own' }, 400],
    ] as const;
    for (const [body, status] of wrong) {
      expect((await hub.ask('POST', connectors, body)).status, JSON.stringify(body)).toBe(status);
    }
  });
});

describe('a connector that is changed', () => {
  it('keeps its URL and obeys its new limits with the next call', async () => {
    const { url } = (await hub.ask('POST', connectors, { name: 'changing' })).body;
    expect(await statusOf(url)).toBe(200);
    const changed = await hub.ask('PATCH', `${connectors}/changing`, {
      ceiling: 'configure',
      readOnly: true,
      homes: { kind: 'list', homes: ['cabin'] },
      expiresAt: '2099-01-01T00:00:00Z',
    });
    expect(changed.body).toMatchObject({ ceiling: 'configure', readOnly: true, homes: { homes: ['cabin'] } });
    const hash = hashSecret(new URL(url).pathname.slice('/private_'.length)).toString('base64url');
    const known = await hub.deps.directory.find(hash);
    expect(known?.access).toMatchObject({ ceiling: 'configure', settings: { readOnly: true } });
    const freed = await hub.ask('PATCH', `${connectors}/changing`, { expiresAt: null, name: 'changed' });
    expect(freed.body.expiresAt).toBeUndefined();
    expect(freed.body.readOnly).toBe(true);
    expect(await statusOf(url)).toBe(200);
  });

  it('is shaped by its own settings, then by what its homes say; null gives them back', async () => {
    const { url, connector } = (await hub.ask('POST', connectors, { name: 'shaped' })).body;
    expect(connector).toMatchObject({ toolSearch: 'off', readOnly: false, strict: true, backupHint: 'normal' });
    expect(connector.inherited).toHaveLength(6);
    const count = async () => (await listOf(url)).length;
    const whole = await count();
    await hub.ask('PATCH', '/tenants/fjord/homes/cabin', { defaults: { toolSearch: 'on', readOnly: true } });
    const { body } = await hub.ask('GET', `${connectors}/shaped`);
    expect(body).toMatchObject({ toolSearch: 'on', readOnly: true });
    expect(await count()).toBeLessThan(12);
    const own = { toolSearch: 'off', readOnly: false, pinnedTools: ['ha_get_state'] };
    expect((await hub.ask('PATCH', `${connectors}/shaped`, own)).body).toMatchObject(own);
    expect(await count()).toBe(whole);
    await hub.ask('PATCH', `${connectors}/shaped`, { toolSearch: null, readOnly: null });
    expect(await count()).toBeLessThan(12);
    await hub.ask('PATCH', '/tenants/fjord/homes/cabin', { defaults: { toolSearch: null, readOnly: null } });
    expect(await count()).toBe(whole);
  });

  it('tells every open client that its list changed, and what a remembered tool is now', async () => {
    const { url } = (await hub.ask('POST', connectors, { name: 'open' })).body;
    const address = `${hub.base}${new URL(url).pathname}`;
    const hangUp = new AbortController();
    const stream = await fetch(address, { headers: { accept: 'text/event-stream' }, signal: hangUp.signal });
    const chunks = stream.body?.getReader();
    for (const patch of [{ disabledTools: ['ha_get_history'] }, { backupHint: 'strong' }, { toolSearch: 'on' }]) {
      await hub.ask('PATCH', `${connectors}/open`, patch);
      const { value } = (await chunks?.read()) ?? {};
      expect(new TextDecoder().decode(value), JSON.stringify(patch)).toContain('notifications/tools/list_changed');
    }
    hangUp.abort();
    const params = { name: 'ha_get_history', arguments: { entity_ids: 'sun.sun' } };
    const { result } = await rpc(url, 'tools/call', params);
    expect(result).toMatchObject({ isError: true, structuredContent: { list_changed: true } });
    expect(result.content[0].text).toContain('tools/list');
    const nothing = await rpc(url, 'tools/call', { name: 'ha_fly', arguments: {} });
    expect(nothing.error.code).toBe(-32602);
  });

  it('cannot lose the tools that a model needs, and takes no name that is no tool', async () => {
    for (const body of [
      { disabledTools: ['ha_search'] },
      { disabledTools: ['ha_get_skill_guide'] },
      { pinnedTools: ['x'] },
    ]) {
      expect((await hub.ask('PATCH', `${connectors}/anna`, body)).status, JSON.stringify(body)).toBe(400);
    }
    const lax = { disabledTools: ['ha_get_skill_guide'], strict: false };
    expect((await hub.ask('PATCH', `${connectors}/anna`, lax)).status).toBe(200);
    expect((await hub.ask('PATCH', `${connectors}/anna`, { visibility: { hide: [] } })).status).toBe(400);
  });

  it('when rotated gives a new URL, and the old one lives on as long as asked', async () => {
    const { url: first } = (await hub.ask('POST', connectors, { name: 'rotating' })).body;
    const kept = await hub.ask('POST', `${connectors}/rotating/rotate`, { keepOldHours: 24 });
    expect([await statusOf(first), await statusOf(kept.body.url)]).toEqual([200, 200]);
    expect(kept.body.connector.urls).toMatchObject([{ isValid: true, expiresAt: kept.body.oldValidUntil }, {}]);
    const ended = await hub.ask('POST', `${connectors}/rotating/rotate`, {});
    expect([await statusOf(first), await statusOf(kept.body.url), await statusOf(ended.body.url)]).toEqual([
      404, 404, 200,
    ]);
    expect((await hub.ask('POST', `${connectors}/rotating/rotate`, { keepOldHours: 25 })).status).toBe(400);
  });

  it('when revoked refuses with the next call and ends its open streams', async () => {
    const { url } = (await hub.ask('POST', connectors, { name: 'ending' })).body;
    const path = new URL(url).pathname;
    expect(await statusOf(url)).toBe(200);
    const stream = await fetch(`${hub.base}${path}`, { headers: { accept: 'text/event-stream' } });
    expect(stream.status).toBe(200);
    const revoked = await hub.ask('POST', `${connectors}/ending/revoke`);
    expect(revoked.body).toMatchObject({ state: 'revoked', summary: expect.arrayContaining(['It is revoked.']) });
    expect(await statusOf(`http://hub${path}`)).toBe(404);
    // It ends, or this waits for ever.
    await stream.text();
    expect((await hub.ask('GET', `${connectors}/ending`)).status).toBe(404);
    const all = (await hub.ask('GET', `${connectors}?includeRevoked=true`)).body.connectors;
    expect(all.map((one: { name: string }) => one.name)).toContain('ending');
  });

  it('of a suspended tenant is refused, and works again when that is active', async () => {
    const { url } = (await hub.ask('POST', connectors, { name: 'paused' })).body;
    await hub.ask('PATCH', '/tenants/fjord', { state: 'suspended' });
    expect(await statusOf(url)).toBe(404);
    await hub.ask('PATCH', '/tenants/fjord', { state: 'active' });
    expect(await statusOf(url)).toBe(200);
  });
});
