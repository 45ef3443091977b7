import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SYSTEM_ACTOR } from '@hub/db/actor.ts';
import { tenantTrx } from '@hub/db/doors.ts';
import { writeHomeStatus } from '@hub/db/home-status.ts';
import { registerHome } from '@hub/db/homes.ts';
import { findTenant } from '@hub/db/tenants.ts';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type AdminHub, startAdminHub } from '../testing/admin-hub.ts';
import { runHere } from '../testing/run-cli.ts';
import { type DeliveryDeps, deliverDue } from './deliver-notices.ts';
import { lookForProblems } from './watch-problems.ts';

interface Taken {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let hub: AdminHub;
let tenantId: string;
let homeId: string;
let slug: string;
let status = 204;
const taken: Taken[] = [];
const mails: string[] = [];
const listener = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    // What an earlier test left on its way is not counted.
    if (request.url?.endsWith(slug)) taken.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    response.writeHead(status).end();
  });
});
const smtp = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS', 'AUTH'],
  onData(stream, _session, done) {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      mails.push(Buffer.concat(chunks).toString());
      done();
    });
  },
});
const listen = (server: { listen(port: number, host: string, done: () => void): unknown }) =>
  new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
const url = () => `http://127.0.0.1:${(listener.address() as AddressInfo).port}/hooks/secret-path-of-${slug}`;

beforeAll(async () => {
  hub = await startAdminHub({ ALLOW_PRIVATE_ADDRESSES: 'true', SWEEP_MINUTES: '0' });
  await Promise.all([listen(listener), listen(smtp)]);
});
afterAll(async () => {
  listener.close();
  smtp.close(() => undefined);
  await hub[Symbol.asyncDispose]();
});
beforeEach(async () => {
  [taken.length, mails.length, status] = [0, 0, 204];
  slug = `fjord-${Math.random().toString(36).slice(2, 10)}`;
  await hub.ask('POST', '/tenants', { name: 'Fjord', slug, owner: 'Anna' });
  tenantId = (await findTenant(hub.database.db, slug))?.id ?? '';
  const { db, vault } = hub.database;
  const link = { url: 'http://127.0.0.1:9', token: 'x' };
  homeId = (await registerHome(db, vault, tenantId, { slug: 'cabin', name: 'Cabin', link }, SYSTEM_ACTOR)).home.id;
});

const channels = () => `/tenants/${slug}/notice-channels`;
const add = (settings: object, more: object = {}) => hub.ask('POST', channels(), { name: 'office', settings, ...more });
const seen = (state: 'offline' | 'running' | 'reauth_required') =>
  writeHomeStatus(hub.database.db, tenantId, homeId, {
    ...{ state, haVersion: undefined, isAdmin: undefined, locationName: undefined, lastSeenAt: undefined },
    ...{ fault: undefined, checkedAt: new Date() },
  });
const look = (graceMs = 0) => lookForProblems(hub.database.db, tenantId, new Date(), graceMs);
const deliver = (now = new Date()) =>
  deliverDue({ ...hub.database, log: hub.deps.log, allowPrivateAddresses: true } satisfies DeliveryDeps, now);
/** The hub itself delivers as well: whichever of the two comes first. */
async function arrived(count: number): Promise<void> {
  await deliver();
  await expect.poll(() => taken.length + mails.length, { timeout: 10_000 }).toBe(count);
}

test('a problem is told once, signed, and once more when it is over', async () => {
  const { secret } = (await add({ kind: 'webhook', url: url() })).body;
  await seen('offline');
  expect(await look()).toMatchObject([{ event: 'problem', home: 'Cabin', kind: 'state' }]);
  expect(await look()).toEqual([]);
  await arrived(1);
  const { headers, body } = taken[0] as Taken;
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
  expect(JSON.parse(body)).toMatchObject({ title: 'Homes: 1 problem', text: 'Cabin: is offline' });
  await seen('running');
  expect(await look()).toMatchObject([{ event: 'recovered', kind: 'state' }]);
  await arrived(2);
  expect(JSON.parse(taken[1]?.body ?? '')).toMatchObject({ text: 'Recovered: Cabin: is offline' });
});

test('a home that was away and comes back without letting the hub in is told anew, and to be back when it runs', async () => {
  await seen('offline');
  await look();
  await seen('reauth_required');
  expect(await look()).toMatchObject([{ event: 'problem', text: "refuses the hub's token" }]);
  expect(await look()).toEqual([]);
  // Without power it refuses nothing, and lets nobody in either.
  await seen('offline');
  expect(await look()).toEqual([]);
  await seen('running');
  const over = await look();
  expect(over).toMatchObject([{ event: 'recovered' }, { event: 'recovered' }]);
  expect(over.map(({ text }) => text).sort()).toEqual(['is offline', "refuses the hub's token"]);
});

test('replicas that look at once tell it once, and what passes at once is not told', async () => {
  await add({ kind: 'webhook', url: url() });
  await seen('offline');
  expect(await look(60_000)).toEqual([]);
  await seen('running');
  expect(await look(0)).toEqual([]);
  await seen('offline');
  const told = await Promise.all([look(), look(), look()]);
  expect(told.flat()).toHaveLength(1);
});

test('what is refused is tried again later, under the same id', async () => {
  status = 503;
  await add({ kind: 'webhook', url: url() });
  await seen('offline');
  await look();
  await arrived(1);
  const channel = async () => (await hub.ask('GET', channels())).body.channels[0];
  await expect.poll(async () => (await channel()).lastError).toContain('status 503');
  expect(await channel()).toMatchObject({ waiting: 1 });
  expect(JSON.stringify(await channel())).not.toContain('secret-path');
  status = 204;
  await tenantTrx(hub.database.db, tenantId, (trx) => trx.updateTable('notice').set({ due_at: new Date() }).execute());
  await arrived(2);
  expect(taken[1]?.headers['webhook-id']).toBe(taken[0]?.headers['webhook-id']);
  await expect.poll(channel).toMatchObject({ waiting: 0 });
});

test('in quiet hours a message waits, which costs no attempt', async () => {
  const clock = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);
  await add({ kind: 'webhook', url: url() }, { quiet: `${clock(-1)}-${clock(2)}` });
  await seen('offline');
  await look();
  await deliver();
  const row = () =>
    tenantTrx(hub.database.db, tenantId, (trx) => trx.selectFrom('notice').selectAll().executeTakeFirstOrThrow());
  await expect.poll(async () => (await row()).due_at.getTime()).toBeGreaterThan(Date.now() + 3_600_000);
  expect(await row()).toMatchObject({ state: 'queued', attempt: 0, error: null });
  expect(taken).toEqual([]);
});

test('mail and ntfy carry the same in words', async () => {
  const { port } = smtp.server.address() as AddressInfo;
  await add({
    kind: 'smtp',
    host: '127.0.0.1',
    port,
    security: 'none',
    from: 'hub@example.com',
    to: ['a@example.com'],
  });
  await add({ kind: 'ntfy', url: url(), token: 'tk_1' }, { name: 'phone' });
  await seen('offline');
  await look();
  await arrived(2);
  expect(mails[0]).toMatch(/Subject: Homes: 1 problem\r\n[\s\S]*Cabin: is offline/);
  expect(taken[0]).toMatchObject({
    headers: { title: 'Homes: 1 problem', authorization: 'Bearer tk_1' },
    body: 'Cabin: is offline',
  });
});

test('a receiver that does not answer holds up no other', async () => {
  const reached = Promise.withResolvers<void>();
  let isGivenUp = false;
  const silent = createServer((request) => {
    request.on('close', () => {
      isGivenUp = true;
    });
    reached.resolve();
  });
  await listen(silent);
  await add(
    { kind: 'webhook', url: `http://127.0.0.1:${(silent.address() as AddressInfo).port}/` },
    { name: 'silent' },
  );
  await seen('offline');
  await look();
  await reached.promise;
  await hub.ask('DELETE', `${channels()}/silent`);
  await add({ kind: 'webhook', url: url() });
  await seen('running');
  await look();
  await expect.poll(() => taken.length, { timeout: 20_000 }).toBe(1);
  expect(isGivenUp).toBe(false);
  silent.closeAllConnections();
  silent.close();
}, 30_000);

test('the command line adds, tries, lists and removes a channel', async () => {
  const env = { HUB_URL: hub.base, HUB_ADMIN_KEY: hub.key };
  const run = (...args: string[]) => runHere(['notify', ...args, '--tenant', slug], { env });
  expect((await run('add', 'office', '--webhook', url())).stdout).toContain('whsec_');
  expect(await run('test', 'office')).toMatchObject({ code: 0, stdout: 'Sent.\n' });
  expect(taken).toHaveLength(1);
  status = 500;
  expect(await run('test', 'office')).toMatchObject({ code: 1, stderr: expect.stringContaining('status 500') });
  await run('add', 'nowhere', '--webhook', 'https://nowhere.invalid/');
  expect((await run('test', 'nowhere')).stderr).toMatch(
    /host name nowhere\.invalid is not known\.\n {2}→ Check its spelling/,
  );
  expect((await run('list')).stdout).toContain('office');
  expect(await run('remove', 'nowhere')).toMatchObject({ code: 0 });
  expect(await run('remove', 'office')).toMatchObject({ code: 0 });
  expect((await run('list')).stdout).toContain('Nobody is told yet');
});

test('an address that hands out credentials is never dialled', async () => {
  await add({ kind: 'webhook', url: 'http://169.254.169.254/latest' });
  const { body } = await hub.ask('POST', `${channels()}/office/test`, {});
  expect(body).toMatchObject({ sent: false, error: expect.stringContaining('link local') });
});
