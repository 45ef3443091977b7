import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { isRealRequired } from '@hub/real-home/launch.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addConnector, FIRST_TENANT, openAdmin } from '../admin.ts';
import { type RunningHub, startHub, steadyPort } from '../start-hub.ts';
import { makeCertificates } from '../tls/certificates.ts';
import { findNginx, startNginxFront } from './nginx-front.ts';

const nginx = await findNginx();
if (nginx === undefined && isRealRequired()) throw new Error('REQUIRE_REAL=1 and no nginx');

const PUBLIC = 'https://hub.example';
const LIST = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} });
const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
/** What one address may guess wrongly in a minute. */
const MISSES = 20;

interface Asked {
  readonly path: string;
  readonly method?: 'GET' | 'POST';
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The client's own address. */
  readonly from?: string;
  /** Past the proxy. */
  readonly direct?: boolean;
}

describe.skipIf(nginx === undefined)('a hub behind nginx', () => {
  let dir: string;
  let authority: string;
  let front: AsyncDisposable;
  let port: number;
  let hub: RunningHub;
  let path: string;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hub-proxy-'));
    authority = (await makeCertificates(dir)).authority.certificate;
    port = await steadyPort();
    // The proxy is 127.0.0.1; whoever comes from 127.0.0.2 and up is a stranger.
    hub = await startHub({ env: { PUBLIC_URL: PUBLIC, TRUSTED_PROXIES: '127.0.0.1/32', LOG_LEVEL: 'trace' } });
    front = await startNginxFront(nginx ?? '', dir, port, hub.port);
    path = new URL(hub.url).pathname;
  });
  afterAll(async () => {
    await front?.[Symbol.asyncDispose]();
    await hub?.[Symbol.asyncDispose]();
    await rm(dir, { recursive: true });
  });

  /** Resolves when the headers of the answer are there. */
  function open({
    path: at,
    method = 'POST',
    body,
    headers = {},
    from = '127.0.0.1',
    direct = false,
  }: Asked): Promise<IncomingMessage> {
    const host = { host: 'hub.example', ...JSON_HEADERS, ...headers };
    const options = { host: '127.0.0.1', method, path: at, headers: host, localAddress: from, agent: false as const };
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const request = direct
      ? http.request({ ...options, port: hub.port }, resolve)
      : https.request({ ...options, port, ca: authority, servername: 'localhost' }, resolve);
    request.on('error', reject);
    request.end(method === 'POST' ? (body ?? LIST) : undefined);
    return promise;
  }

  async function ask(asked: Asked) {
    const answer = await open(asked);
    return { status: answer.statusCode, headers: answer.headers, text: await readAll(answer) };
  }

  it('prints and hands out links under PUBLIC_URL, and they work', async () => {
    expect(hub.url).toMatch(/^https:\/\/hub\.example\/private_/);
    const made = await addConnector(await openAdmin(hub), FIRST_TENANT, { name: 'for a friend', ceiling: 'read' });
    for (const url of [hub.url, made]) {
      expect(url.startsWith(`${PUBLIC}/private_`)).toBe(true);
      const { status, text } = await ask({ path: new URL(url).pathname });
      expect(status).toBe(200);
      expect(text).toContain('ha_get_state');
    }
  });

  it('answers under its own name alone, whatever the proxy is asked for', async () => {
    const foreign = await ask({ path, headers: { host: 'evil.example' } });
    expect(foreign.status).toBe(403);
    expect(foreign.text).toContain('PUBLIC_URL');
    // nginx says the host; a client that says another one is not believed.
    expect((await ask({ path, headers: { 'x-forwarded-host': 'evil.example' } })).status).toBe(200);
    expect((await ask({ path, headers: { host: 'evil.example', 'x-forwarded-host': 'hub.example' } })).status).toBe(
      403,
    );
    const past = { path, direct: true, from: '127.0.0.2' };
    expect((await ask({ ...past, headers: { host: 'evil.example', 'x-forwarded-host': 'hub.example' } })).status).toBe(
      403,
    );
    expect((await ask(past)).status).toBe(200);
  });

  it('lets web pages of its own origin in, and no others', async () => {
    const own = await ask({ path, headers: { origin: PUBLIC } });
    expect(own.status).toBe(200);
    expect(own.headers['access-control-allow-origin']).toBe(PUBLIC);
    for (const origin of ['https://evil.example', 'https://hub.example.evil.example', 'null']) {
      const foreign = await ask({ path, headers: { origin } });
      expect(foreign.status, origin).toBe(403);
      expect(foreign.headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it('counts wrong guesses by the address the proxy saw, not by what a client says of itself', async () => {
    const wrong = '/private_wrongwrongwrongwrongwrongwrong';
    const guess = async (from: string, direct: boolean, number: number) =>
      (await ask({ path: wrong, from, direct, headers: { 'x-forwarded-for': `203.0.113.${number}` } })).status;
    for (const [from, direct] of [
      ['127.0.0.3', false],
      ['127.0.0.4', true],
    ] as const) {
      for (let number = 0; number < MISSES; number++) expect(await guess(from, direct, number)).toBe(404);
      expect(await guess(from, direct, 99), `from ${from}`).toBe(429);
      expect((await ask({ path, from, direct })).status, 'a right address is never refused').toBe(200);
    }
    expect(await guess('127.0.0.5', false, 1), 'another client of the same proxy').toBe(404);
  });

  it('streams through the proxy as it happens: changes of the list, and progress', { timeout: 60_000 }, async () => {
    const admin = await openAdmin(hub);
    const stream = await open({ path, method: 'GET', headers: { accept: 'text/event-stream' } });
    await admin.send('PATCH', `/tenants/${FIRST_TENANT}/connectors/default`, { disabledTools: ['ha_call_event'] });
    for await (const chunk of stream) if (String(chunk).includes('notifications/tools/list_changed')) break;
    await admin.send('PATCH', `/tenants/${FIRST_TENANT}/connectors/default`, { disabledTools: [] });

    const backup = { name: 'ha_manage_backup', arguments: { scope: 'snapshot', action: 'create', name: 'proxied' } };
    const params = { ...backup, _meta: { progressToken: 7 } };
    const call = await open({ path, body: JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/call', params }) });
    const chunks: string[] = [];
    for await (const chunk of call) chunks.push(String(chunk));
    const at = (text: string) => chunks.findIndex((chunk) => chunk.includes(text));
    expect(at('notifications/progress')).toBeGreaterThanOrEqual(0);
    // In a piece of its own, so before the end and not with it.
    expect(at('notifications/progress')).toBeLessThan(at('"result"'));
    expect(chunks.at(-1)).toContain('backup_id');
  });

  it('writes no secret of a path into its log, not even of a path that is malformed', async () => {
    const secret = path.slice('/private_'.length);
    for (const odd of [`${path}%zz`, `${path}/x`, `/%70rivate_${secret}`, `//private_${secret}`, `${path}?q=${secret}`])
      await ask({ path: odd, method: 'GET', headers: { accept: 'application/json' } });
    await ask({ path, body: '{' });
    await ask({ path, body: 'x'.repeat(5 * 1024 * 1024) });
    const { code, stderr } = await hub.stop();
    expect(code).toBe(0);
    expect(stderr).not.toContain(secret);
    expect(stderr).toContain('"level":"debug"');
  });
});
