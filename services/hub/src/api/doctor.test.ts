import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSecretFile } from '../secret-file.ts';
import { type AdminHub, startAdminHub } from '../testing/admin-hub.ts';
import { isOlder } from './doctor/check-homes.ts';
import type { Finding } from './doctor/finding.ts';
import { tokenTimes } from './token-times.ts';

/** What stands in front of the hub under test; each test puts its own way of passing requests here. */
let pass: (request: http.IncomingMessage, response: http.ServerResponse) => void;
const proxy = http.createServer((request, response) => pass(request, response));
let hub: AdminHub;

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve);
  });
  const { port } = proxy.address() as AddressInfo;
  hub = await startAdminHub({ PUBLIC_URL: `http://127.0.0.1:${port}` });
  await hub.ask('POST', '/tenants', { name: 'Fjord', slug: 'fjord' });
  const made = await hub.ask('POST', '/tenants/fjord/connectors', { name: 'default' });
  const secret = new URL(made.body.url).pathname.slice('/private_'.length);
  await writeSecretFile(hub.dataDir, 'default-connector', secret);
});
afterAll(async () => {
  proxy.closeAllConnections();
  proxy.close();
  await hub[Symbol.asyncDispose]();
});

function passOn(request: http.IncomingMessage, response: http.ServerResponse): void {
  const { port } = new URL(hub.base);
  const { method, url, headers } = request;
  const onward = http.request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  response.once('close', () => onward.destroy());
  onward.on('error', () => response.destroy());
  request.pipe(onward);
}

async function examine(query = ''): Promise<{ healthy: boolean; findings: Finding[] }> {
  return (await hub.ask('GET', `/doctor${query}`)).body;
}

const of = (findings: readonly Finding[], area: string) => findings.filter((one) => one.area === area);

describe('the doctor', () => {
  it('finds database and keys well, and a hub without homes worth a word', async () => {
    const { findings, healthy } = await examine();
    expect(of(findings, 'database').map(({ level }) => level)).toEqual(['ok', 'ok']);
    expect(of(findings, 'keys')).toMatchObject([{ level: 'ok' }]);
    expect(of(findings, 'home')).toMatchObject([{ level: 'warn', advice: expect.stringContaining('homes add') }]);
    expect(of(findings, 'public')).toEqual([]);
    expect(healthy).toBe(true);
  });

  it('asks with --all what each home says of itself as well, and the public address', async () => {
    await using home = closing(await startSimulatedHome({ token: 'right-token-of-the-mill' }));
    const { url, token } = home.value;
    await hub.ask('POST', '/tenants/fjord/homes', { url, token, name: 'Mill' });
    pass = (_request, response) => response.writeHead(502).end();
    const { findings } = await examine('?all=true');
    const said = of(findings, 'home')
      .filter(({ subject }) => subject === 'mill')
      .map(({ message }) => message)
      .join('\n');
    expect(said).toMatch(/\d+ entities, \d+ of them unavailable; 1 update waits\./);
    expect(said).toMatch(/Repairs are open: \d+|No repair is open\./);
    expect(said).toMatch(/Its newest backup is|It has no backup\./);
    expect(of(findings, 'public').some(({ level }) => level === 'broken')).toBe(true);
    expect(of((await examine()).findings, 'home').some(({ message }) => message.includes('update waits'))).toBe(false);
    await hub.ask('DELETE', '/tenants/fjord/homes/mill');
  });

  it('tells of each home whether it answers, with what rights and how old its token is', async () => {
    await using home = closing(await startSimulatedHome({ token: 'right-token-of-the-cabin' }));
    const { url, token } = home.value;
    await hub.ask('POST', '/tenants/fjord/homes', { url, token, name: 'Cabin' });
    const dead = { url: 'http://127.0.0.1:9', token: jwt({ iat: 1_600_000_000, exp: 1_600_086_400 }), check: false };
    await hub.ask('POST', '/tenants/fjord/homes', { ...dead, name: 'Barn' });
    const { findings, healthy } = await examine('?tenant=fjord');
    const about = (subject: string) => of(findings, 'home').filter((one) => one.subject === subject);
    expect(about('cabin')).toMatchObject([
      { level: 'ok', message: expect.stringMatching(/2026\.11\.0 answers in .* administrator/) },
      { level: 'ok', message: expect.stringContaining('0 days old') },
    ]);
    expect(about('barn')).toMatchObject([
      { level: 'broken', advice: expect.any(String) },
      { level: 'broken', message: 'Its token has expired.' },
    ]);
    expect(healthy).toBe(false);
    await hub.ask('DELETE', '/tenants/fjord/homes/cabin');
    await hub.ask('DELETE', '/tenants/fjord/homes/barn');
  });
});

describe('the public URL', () => {
  it('is asked through what stands in front: a wrong secret, a call, a stream', async () => {
    pass = passOn;
    const { findings } = await examine('?public=true');
    expect(of(findings, 'public').map(({ level, message }) => [level, message])).toEqual([
      ['warn', expect.stringContaining('127.0.0.1')],
      ['broken', expect.stringContaining('plain http')],
      ['ok', expect.stringContaining('404, by this hub')],
      ['ok', expect.stringContaining('reaches the default connector')],
      ['ok', 'Nothing is cached on the way.'],
      ['ok', 'Event streams flow.'],
    ]);
  });

  it('is told apart from sign-ins, redirects, other servers and missing ones', async () => {
    const answers: readonly [number, http.OutgoingHttpHeaders, string][] = [
      [401, {}, 'asks for a sign-in'],
      [302, { location: 'https://login.example/private_secret' }, 'redirects (302) to https://login.example.'],
      [404, {}, 'not this hub'],
      [502, {}, 'answered with 502'],
    ];
    for (const [status, headers, said] of answers) {
      pass = (_request, response) => void response.writeHead(status, headers).end('<html>');
      const { findings } = await examine('?public=true');
      const last = of(findings, 'public').at(-1);
      expect(last).toMatchObject({ level: 'broken', message: expect.stringContaining(said) });
    }
    pass = (_request, response) => void response.destroy();
    expect(of((await examine('?public=true')).findings, 'public').at(-1)?.message).toContain('No answer');
  });
});

describe('what the doctor reads', () => {
  it('compares calendar versions by year and month', () => {
    expect(isOlder('2025.11.3', '2025.12')).toBe(true);
    expect(['2025.12.0', '2026.1.0', '2026.11.0b2'].map((version) => isOlder(version, '2025.12'))).toEqual(
      Array(3).fill(false),
    );
  });

  it('takes age and end of a token from itself, and nothing from what is no JWT', () => {
    expect(tokenTimes(jwt({ iat: 1_600_000_000, exp: 1_900_000_000 }))).toEqual({
      createdAt: new Date('2020-09-13T12:26:40.000Z'),
      expiresAt: new Date('2030-03-17T17:46:40.000Z'),
    });
    for (const token of ['plain', 'a.b.c', 'a.bnVsbA.c', jwt({ exp: 'soon' }), jwt({ exp: 1e300 })]) {
      expect(tokenTimes(token)).toEqual({ createdAt: undefined, expiresAt: undefined });
    }
  });
});

function jwt(payload: object): string {
  return `x.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.x`;
}

function closing<T extends { close(): Promise<void> }>(value: T): AsyncDisposable & { readonly value: T } {
  return { value, [Symbol.asyncDispose]: () => value.close() };
}
