import { findRedis } from '@hub/runtime/testing/redis-server.ts';
import { type SimulatedHome, startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { callTool } from '../ask-hub.ts';
import { makeDataDir, removeDataDir } from '../start-hub.ts';
import { type ClusterAdmin, openClusterAdmin } from './admin.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { isReady } from './replica.ts';

const newUrl = z.object({ url: z.string() });
/** A lease, a look and the way back. */
const SOON = { timeout: 15_000, interval: 100 };
const jobAnswer = z.object({ job: z.object({ id: z.string() }) });

describe.skipIf(findRedis() === undefined && process.env['REQUIRE_REAL'] !== '1')('a cluster that loses', () => {
  let cluster: Cluster;
  let dir: string;
  let home: SimulatedHome;
  let admin: ClusterAdmin;
  let url: string;

  beforeAll(async () => {
    [dir, home] = [await makeDataDir(), await startSimulatedHome({ name: 'Cabin' })];
    cluster = await startCluster({ dir, hubs: 2, workers: 1, hasDoor: true });
    admin = openClusterAdmin(cluster.url, cluster.adminKey);
    await admin.send('POST', '/tenants', { name: 'Fjord', slug: 'fjord', owner: 'Anna' });
    const { url: homeUrl, token } = home;
    await admin.send('POST', '/tenants/fjord/homes', { url: homeUrl, token, name: 'Cabin', slug: 'cabin' });
    url = await admin.connector('fjord', { name: 'anna', ceiling: 'destroy' });
    for (const one of everywhere(url)) expect(await works(one)).toBe(true);
  }, 120_000);
  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]();
    await home?.close();
    await removeDataDir(dir);
  });

  /** A connector's URL at each hub. */
  const everywhere = (one: string) => cluster.hubs.map((hub) => one.replace(cluster.url, cluster.addressOf(hub)));
  const works = async (one: string) => {
    const read = await callTool(one, 'ha_get_state', { entity_id: 'light.bedside' });
    const lamp = { domain: 'light', service: 'toggle', entity_id: 'light.bedside' };
    return !read.isError && !(await callTool(one, 'ha_call_service', lamp)).isError;
  };
  const isEnded = async (ended: Promise<unknown>, withinMs: number) => {
    await expect(Promise.race([ended, late(withinMs)])).resolves.not.toBe('late');
  };
  const isRefused = async (one: string) => {
    for (const at of everywhere(one)) await expect(works(at)).rejects.toThrow('404');
  };
  /** A job from its start to its end; it has run once. */
  const runJob = async (name: string) => {
    const asked = await admin.send('POST', '/tenants/fjord/homes/cabin/backups', { name });
    const { job } = jobAnswer.parse(asked);
    await vi.waitFor(
      async () =>
        expect(await admin.send('GET', `/tenants/fjord/jobs/${job.id}`)).toMatchObject({ state: 'done', attempt: 1 }),
      { timeout: 30_000, interval: 200 },
    );
  };

  it('a credential ends its streams and is refused at every hub within a second', async () => {
    const guest = await admin.connector('fjord', { name: 'guest', ceiling: 'control' });
    for (const one of everywhere(guest)) expect(await works(one)).toBe(true);
    const rotated = await streamsOf(guest);
    const answer = newUrl.parse(await admin.send('POST', '/tenants/fjord/connectors/guest/rotate', {}));
    await isEnded(rotated.ended, 1_000);
    await isRefused(guest);
    for (const one of everywhere(answer.url)) expect(await works(one)).toBe(true);
    const revoked = await streamsOf(answer.url);
    await admin.send('POST', '/tenants/fjord/connectors/guest/revoke');
    await isEnded(revoked.ended, 1_000);
    await isRefused(answer.url);
  });

  it('a member and a home that are removed are so at every hub within a second', async () => {
    await admin.send('POST', '/tenants/fjord/members', { name: 'Bo', role: 'resident' });
    const bo = await admin.connector('fjord', { name: 'bo', member: 'Bo', ceiling: 'control' });
    for (const one of everywhere(bo)) expect(await works(one)).toBe(true);
    const open = await streamsOf(bo);
    await admin.send('DELETE', '/tenants/fjord/members/Bo');
    await isEnded(open.ended, 1_000);
    await isRefused(bo);
    await expect(admin.send('DELETE', '/tenants/fjord/members/Anna')).rejects.toThrow('409');

    const shed = await startSimulatedHome({ name: 'Shed' });
    await using stack = new AsyncDisposableStack();
    stack.defer(() => shed.close());
    await admin.send('POST', '/tenants/fjord/homes', { url: shed.url, token: shed.token, name: 'Shed', slug: 'shed' });
    const inShed = async (one: string) =>
      callTool(one, 'ha_get_state', { home: 'shed', entity_id: 'light.bedside' }).then(({ fault }) => fault?.code);
    for (const one of everywhere(url)) {
      await vi.waitFor(async () => expect(await inShed(one)).toBeUndefined(), { timeout: 1_000 });
    }
    await admin.send('DELETE', '/tenants/fjord/homes/shed');
    for (const one of everywhere(url)) {
      await vi.waitFor(async () => expect(await inShed(one)).toBeDefined(), { timeout: 1_000 });
    }
    await vi.waitFor(() => expect(shed.connections()).toBe(0), { timeout: 1_000 });
  });

  it('Redis, whether it refuses, hangs or comes back empty: calls go on, jobs run once, and a credential ends within 5 s', async () => {
    const goesOn = async (name: string) => {
      for (const one of everywhere(url)) expect(await works(one)).toBe(true);
      await runJob(name);
      const guest = await admin.connector('fjord', { name: `guest-${name}`, ceiling: 'control' });
      for (const one of everywhere(guest)) expect(await works(one)).toBe(true);
      const open = await streamsOf(guest);
      await admin.send('POST', `/tenants/fjord/connectors/guest-${name}/revoke`);
      await isEnded(open.ended, 5_000);
      await isRefused(guest);
    };
    await cluster.redis.kill();
    await goesOn('refused');
    await cluster.redis.start();
    await goesOn('empty');
    cluster.redis.pause();
    await goesOn('hanging').finally(() => cluster.redis.resume());
    await goesOn('back');
  }, 120_000);

  it('PostgreSQL: reading and a lamp go on, what must be stored is refused in words, and then it is as before', async () => {
    for (const one of everywhere(url)) expect(await works(one)).toBe(true);
    await cluster.postgres.stop('SIGQUIT');
    // Longer than a lease: nobody takes a home that a replica still has.
    await late(6_000);
    for (const one of everywhere(url)) expect(await works(one)).toBe(true);
    for (const hub of cluster.hubs) expect(await isReady(hub.opsPort)).toBe(true);
    await expect(admin.send('POST', '/tenants', { name: 'Lost', slug: 'lost', owner: 'Anna' })).rejects.toThrow('503');
    const restart = await callTool(url, 'ha_manage_backup', { scope: 'snapshot', action: 'create', name: 'Lost' });
    expect(restart.fault?.code).toBe('STORAGE_UNAVAILABLE');
    await cluster.postgres.start();
    await vi.waitFor(() => admin.send('POST', '/tenants', { name: 'Kept', slug: 'kept', owner: 'Anna' }), 20_000);
    const { tenants } = z
      .object({ tenants: z.array(z.object({ slug: z.string() })) })
      .parse(await admin.send('GET', '/tenants'));
    expect(tenants.map(({ slug }) => slug).toSorted()).toEqual(['fjord', 'kept']);
    for (const one of everywhere(url)) expect(await works(one)).toBe(true);
    await runJob('after');
  }, 90_000);

  it('a hub that alone loses PostgreSQL lets go of its homes and says that it is not ready, and is as before afterwards', async () => {
    await using barn = await startBarn();
    const [cutOff, other] = everywhere(await admin.connector('fjord', { name: 'farmer', ceiling: 'control' }));
    const read = (one = '') => callTool(one, 'ha_get_state', { home: 'barn', entity_id: 'light.bedside' });
    expect(await read(cutOff)).toMatchObject({ isError: false });
    const [first, second] = cluster.hubs;
    expect(await cluster.holderOf('barn')).toBe(first);
    cluster.door?.shut();
    await vi.waitFor(async () => {
      expect(await read(other)).toMatchObject({ isError: false });
      expect(await cluster.holderOf('barn')).toBe(second);
    }, SOON);
    expect(barn.connections()).toBe(1);
    expect((await read(cutOff)).fault?.code).toBe('CONNECTION_FAILED');
    expect(await isReady(first?.opsPort ?? 0)).toBe(false);
    cluster.door?.open();
    await vi.waitFor(async () => expect(await read(cutOff)).toMatchObject({ isError: false }), SOON);
    expect(await isReady(first?.opsPort ?? 0)).toBe(true);
    expect(barn.connections()).toBe(1);
  }, 60_000);

  async function startBarn() {
    const barn = await startSimulatedHome({ name: 'Barn' });
    await admin.send('POST', '/tenants/fjord/homes', { url: barn.url, token: barn.token, name: 'Barn', slug: 'barn' });
    return { connections: barn.connections, [Symbol.asyncDispose]: () => barn.close() };
  }

  /** Opens an event stream at each hub; `ended` resolves when all of them are over. */
  async function streamsOf(one: string) {
    const opened = Promise.withResolvers<void>();
    const ended = (async () => {
      const headers = { accept: 'text/event-stream' };
      const open = await Promise.all(everywhere(one).map((at) => fetch(at, { headers })));
      expect(open.map(({ status }) => status)).toEqual(cluster.hubs.map(() => 200));
      opened.resolve();
      await Promise.all(open.map((stream) => stream.text()));
    })();
    await Promise.race([opened.promise, ended]);
    return { ended };
  }
});

function late(ms: number): Promise<'late'> {
  return new Promise((resolve) => setTimeout(() => resolve('late'), ms).unref());
}
