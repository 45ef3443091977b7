import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminHub, startAdminHub } from '../testing/admin-hub.ts';

let hub: AdminHub;
let cookie: string;
let connectorPath: string;
let homePath: string;
beforeAll(async () => {
  hub = await startAdminHub();
  const tenant = await hub.ask('POST', '/tenants', { name: 'Fjord', slug: 'fjord', owner: 'Anna' });
  const home = { url: 'http://127.0.0.1:9', token: 'x', name: 'Cabin <script>', check: false };
  const stored = await hub.ask('POST', '/tenants/fjord/homes', home);
  const made = await hub.ask('POST', '/tenants/fjord/connectors', { name: 'anna "&"' });
  connectorPath = `/settings/connectors/${tenant.body.tenant?.id ?? tenant.body.id}/${made.body.connector.id}`;
  homePath = `/settings/homes/${tenant.body.tenant?.id ?? tenant.body.id}/${stored.body.home.id}`;
  const signedIn = await send('POST', '/settings/login', { key: hub.key });
  cookie = signedIn.headers.get('set-cookie') ?? '';
});
afterAll(() => hub[Symbol.asyncDispose]());

type Fields = Readonly<Record<string, string | readonly string[]>>;

async function send(method: string, path: string, fields?: Fields, headers: Readonly<Record<string, string>> = {}) {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(fields ?? {})) for (const one of [value].flat()) body.append(name, one);
  const response = await fetch(`${hub.base}${path}`, {
    method,
    redirect: 'manual',
    headers: { ...(cookie ? { cookie: cookie.split(';')[0] ?? '' } : {}), ...headers },
    ...(fields ? { body } : {}),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

async function tokenOf(path: string): Promise<string> {
  const { text } = await send('GET', path);
  return /name="token" value="([^"]+)"/.exec(text)?.[1] ?? '';
}

/** As a browser would send the form with nothing changed but these. */
async function submit(path: string, fields: Fields) {
  const { text } = await send('GET', path);
  const form = text.slice(text.lastIndexOf('<form method="post">'));
  const checked = [...form.matchAll(/name="(\w+)" value="([^"]*)"[^>]* checked/g)];
  const [, version = ''] = /name="version" value="([^"]+)"/.exec(form) ?? [];
  const shown: Record<string, string[]> = { version: [version] };
  for (const [, name = '', value = ''] of checked) shown[name] = [...(shown[name] ?? []), value];
  return send('POST', path, { ...shown, token: await tokenOf(path), ...fields });
}

describe('the settings pages', () => {
  it('show nothing without the admin key, and say so where it is wrong', async () => {
    for (const path of ['/settings', connectorPath, homePath]) {
      const { status, text } = await send('GET', path, undefined, { cookie: 'hub_settings=9999999999.a.b' });
      expect([status, text.includes('anna')]).toEqual([401, false]);
      expect(text).toContain('Admin key');
    }
    const wrong = await send('POST', '/settings/login', { key: 'wrong' });
    expect([wrong.status, wrong.headers.get('set-cookie')]).toEqual([401, null]);
    expect(wrong.text).toContain('role="alert"');
  });

  it('keep the session in a cookie that no script or other site can use', () => {
    expect(cookie).toMatch(
      /^hub_settings=\d+\.[\w-]+\.[\w-]+; Path=\/settings; HttpOnly; SameSite=Strict; Max-Age=28800$/,
    );
    expect(cookie).not.toContain(hub.key);
  });

  it('run no script, stand in no frame, and escape every name', async () => {
    const { text, headers } = await send('GET', '/settings');
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'/,
    );
    expect(headers.get('cache-control')).toBe('no-store');
    expect(text).toContain('Cabin &#60;script&#62;');
    expect(text).toContain('anna &#34;&#38;&#34;');
    expect(text).not.toContain('<script');
  });

  it('save what was changed and leave the rest to the homes', async () => {
    const saved = await submit(connectorPath, {
      toolSearch: 'on',
      pin: ['ha_get_state', 'ha_search'],
      off: ['ha_get_history'],
    });
    expect([saved.status, saved.headers.get('location')]).toEqual([303, `${connectorPath}?saved=1`]);
    const { body } = await hub.ask('GET', `/tenants/fjord/connectors/${encodeURIComponent('anna "&"')}`);
    expect(body).toMatchObject({ toolSearch: 'on', disabledTools: ['ha_get_history'], readOnly: false });
    expect(body.pinnedTools).toContain('ha_get_state');
    expect(body.inherited).toEqual(['readOnly', 'backupHint', 'strict']);
    expect((await send('GET', `${connectorPath}?saved=1`)).text).toContain('role="status"');
    await submit(connectorPath, { toolSearch: 'default', reset: 'tools' });
    const back = await hub.ask('GET', `/tenants/fjord/connectors/${encodeURIComponent('anna "&"')}`);
    expect(back.body.inherited).toHaveLength(6);
  });

  it('set what a home says for its connectors', async () => {
    expect((await submit(homePath, { readOnly: 'on' })).status).toBe(303);
    const { body } = await hub.ask('GET', `/tenants/fjord/connectors/${encodeURIComponent('anna "&"')}`);
    expect(body).toMatchObject({ readOnly: true, inherited: expect.arrayContaining(['readOnly']) });
    expect((await submit(homePath, { readOnly: 'default' })).status).toBe(303);
  });

  it('take entity rules, and refuse wrong ones with the reason', async () => {
    const rules = JSON.stringify({ deny: { domains: ['camera'] } });
    expect((await submit(connectorPath, { visibility: rules })).status).toBe(303);
    expect((await send('GET', connectorPath)).text).toContain('camera');
    for (const wrong of ['{', '{"hide": 1}']) {
      const answer = await submit(connectorPath, { visibility: wrong });
      expect([wrong, answer.status, answer.text.includes('Nothing was saved.')]).toEqual([wrong, 400, true]);
    }
    expect((await submit(connectorPath, { visibility: '' })).status).toBe(303);
  });

  it('do not write over what was changed since they were opened, and show it', async () => {
    const { text } = await send('GET', homePath);
    const version = /name="version" value="([^"]+)"/.exec(text)?.[1] ?? '';
    expect((await submit(homePath, { backupHint: 'weak' })).status).toBe(303);
    const late = await send('POST', homePath, { token: await tokenOf(homePath), version, strict: 'off' });
    expect([late.status, late.text]).toEqual([409, expect.stringContaining('changed since you opened this page')]);
    expect(late.text).toMatch(/name="backupHint" value="weak" checked/);
    const { body } = await hub.ask('GET', '/tenants/fjord/homes/cabin-script');
    expect(body.defaults).toEqual({ backupHint: 'weak' });
    expect((await submit(homePath, { backupHint: 'default' })).status).toBe(303);
  });

  it('say up to which effect a person may be asked', async () => {
    const name = encodeURIComponent('anna "&"');
    expect((await submit(connectorPath, { askUpTo: 'secure', visibility: '' })).status).toBe(303);
    expect((await hub.ask('GET', `/tenants/fjord/connectors/${name}`)).body.askUpTo).toBe('secure');
    expect((await send('GET', homePath)).text).not.toContain('askUpTo');
    expect((await submit(connectorPath, { askUpTo: 'default', visibility: '' })).status).toBe(303);
    expect((await hub.ask('GET', `/tenants/fjord/connectors/${name}`)).body.askUpTo).toBeUndefined();
  });

  it('take no form of another site, another session or without its token', async () => {
    const fields = { readOnly: 'on', token: await tokenOf(connectorPath) };
    expect((await send('POST', connectorPath, { readOnly: 'on' })).status).toBe(403);
    expect((await send('POST', connectorPath, { ...fields, token: 'x' })).status).toBe(403);
    expect((await send('POST', connectorPath, fields, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await send('POST', connectorPath, fields, { cookie: '' })).status).toBe(401);
    const { body } = await hub.ask('GET', `/tenants/fjord/connectors/${encodeURIComponent('anna "&"')}`);
    expect(body.readOnly).toBe(false);
  });

  it('end with signing out', async () => {
    const out = await send('POST', '/settings/logout', { token: await tokenOf('/settings') });
    expect(out.headers.get('set-cookie')).toContain('Max-Age=0');
  });
});
