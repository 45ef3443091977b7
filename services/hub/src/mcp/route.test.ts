import { once } from 'node:events';
import http from 'node:http';
import { text as readAll } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Served, serve } from './testing/serve.ts';
import { simpleSurface } from './testing/simple-surface.ts';

let served: Served;
beforeAll(async () => {
  served = await serve(simpleSurface());
});
afterAll(async () => {
  await served[Symbol.asyncDispose]();
});

const json = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const list = JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/list', params: {} });

async function ask(
  method: string,
  headers: http.OutgoingHttpHeaders,
  body?: string | Buffer,
  path = served.url.pathname,
) {
  const request = http.request({ host: '127.0.0.1', port: served.url.port, method, path, headers });
  request.end(body);
  const response: http.IncomingMessage = (await once(request, 'response'))[0];
  return { status: response.statusCode, headers: response.headers, body: await readAll(response) };
}

describe('the secret URL', () => {
  it('answers a wrong secret like any address that does not exist, for every method', async () => {
    const nowhere = await ask('GET', {}, undefined, '/nowhere');
    for (const method of ['GET', 'POST', 'DELETE']) {
      const answer = await ask(method, { ...json }, method === 'POST' ? list : undefined, '/private_wrong');
      expect(answer.status).toBe(404);
      expect(answer.body).toBe(nowhere.body);
      expect(answer.headers['www-authenticate']).toBeUndefined();
    }
    for (const name of ['oauth-protected-resource', 'oauth-authorization-server']) {
      expect((await ask('GET', {}, undefined, `/.well-known/${name}${served.url.pathname}`)).status).toBe(404);
    }
  });

  it('opens nothing to a body whose last byte comes after the secret was revoked', async () => {
    await using own = await serve(simpleSurface());
    const { port, pathname: path } = own.url;
    const request = http.request({ host: '127.0.0.1', port, method: 'POST', path, headers: json });
    request.write(list.slice(0, 10));
    await once(own.app.server, 'request');
    // By now the secret has been looked at and found right.
    await new Promise(setImmediate);
    own.surfaces.delete(own.secret);
    request.end(list.slice(10));
    const response: http.IncomingMessage = (await once(request, 'response'))[0];
    expect(response.statusCode).toBe(404);
    response.resume();
  });

  it('shows a person a page that holds no secret and stays in no cache', async () => {
    const answer = await ask('GET', { accept: 'text/html,application/xhtml+xml' });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'content-type': 'text/html; charset=utf-8',
    });
    expect(answer.body).toContain('Model Context Protocol');
    expect(answer.body).not.toContain(served.secret);
  });

  it('says 405 to a GET that wants neither a page nor a stream, and never 401', async () => {
    const answer = await ask('GET', { accept: 'application/json' });
    expect(answer.status).toBe(405);
    expect(answer.headers['allow']).toBe('POST');
  });

  it('refuses foreign hosts and origins with 403', async () => {
    expect((await ask('POST', { ...json, host: 'evil.example' }, list)).status).toBe(403);
    expect((await ask('POST', { ...json, origin: 'https://evil.example' }, list)).status).toBe(403);
    const allowed = await ask('POST', { ...json, origin: 'http://localhost:6274' }, list);
    expect(allowed.status).toBe(200);
    expect(allowed.headers['access-control-allow-origin']).toBe('http://localhost:6274');
  });

  it('lets a browser of an allowed origin ask before it sends', async () => {
    const wanted = { origin: 'http://localhost:6274', 'access-control-request-headers': 'content-type,mcp-session-id' };
    const answer = await ask('OPTIONS', wanted);
    expect(answer.status).toBe(204);
    expect(answer.headers['access-control-allow-headers']).toBe('content-type,mcp-session-id');
    expect((await ask('OPTIONS', { ...wanted, origin: 'https://evil.example' })).status).toBe(403);
  });

  it('answers what is no JSON-RPC request with the error of JSON-RPC', async () => {
    const code = async (headers: http.OutgoingHttpHeaders, body: string | Buffer) => {
      const answer = await ask('POST', headers, body);
      return [answer.status, JSON.parse(answer.body).error.code];
    };
    expect(await code({ ...json, 'content-type': 'text/plain' }, list)).toEqual([415, -32_000]);
    expect(await code({ accept: '*/*' }, list)).toEqual([415, -32_000]);
    expect(await code(json, '{"jsonrpc":')).toEqual([400, -32_700]);
    expect(await code(json, '')).toEqual([400, -32_700]);
    expect(await code(json, Buffer.from([0x22, 0xff, 0xfe, 0x22]))).toEqual([400, -32_700]);
    expect(await code(json, '{"hello":1}')).toEqual([400, -32_600]);
    expect(await code(json, `[${list}]`)).toEqual([400, -32_600]);
    expect(await code(json, '"text"')).toEqual([400, -32_600]);
    expect(await code(json, `"${'x'.repeat(5 * 1024 * 1024)}"`)).toEqual([413, -32_000]);
    expect(await code({ ...json, 'mcp-protocol-version': '1999-01-01' }, list)).toEqual([400, -32_000]);
    expect(await code({ ...json, 'mcp-session-id': 'made-up' }, list)).toEqual([404, -32_001]);
  });

  it('serves a client that names no session as far as it needs none', async () => {
    const answer = await ask('POST', json, list);
    expect(JSON.parse(answer.body)).toMatchObject({ id: 7, result: { tools: [{ name: 'echo' }, {}, {}, {}, {}, {}] } });
  });

  it('never writes the secret to the log', async () => {
    await ask('GET', {}, undefined, `${served.url.pathname}%zz`);
    await ask('GET', {}, undefined, `/%70${served.url.pathname.slice(2)}`);
    await ask('GET', {}, undefined, `/x${served.url.pathname}`);
    expect(served.logLines.length).toBeGreaterThan(10);
    expect(served.logLines.filter((line) => line.includes(served.secret))).toEqual([]);
  });

  it('makes an address that keeps guessing wait, while the right URL goes on working', async () => {
    await using other = await serve(simpleSurface());
    const guess = (n: number) =>
      fetch(`${other.origin}/private_guess${n}`, { method: 'POST', headers: json, body: list });
    await fetch(other.url, { method: 'POST', headers: json, body: list });
    const statuses: number[] = [];
    for (let n = 0; n < 25; n++) statuses.push((await guess(n)).status);
    expect(statuses.slice(0, 20)).toEqual(Array(20).fill(404));
    expect(statuses.slice(20)).toEqual(Array(5).fill(429));
    expect((await guess(26)).headers.get('retry-after')).toMatch(/^\d+$/);
    expect((await fetch(other.url, { method: 'POST', headers: json, body: list })).status).toBe(200);
  });
});
