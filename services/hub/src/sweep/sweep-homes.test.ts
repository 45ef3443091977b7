import { randomBytes } from 'node:crypto';
import { fitsFleet } from '@hub/core/fleet-filter.ts';
import { newId } from '@hub/core/ids.ts';
import { SYSTEM_ACTOR } from '@hub/db/actor.ts';
import { openDatabase } from '@hub/db/database.ts';
import { tenantTrx } from '@hub/db/doors.ts';
import { takeHome } from '@hub/db/home-holders.ts';
import { countLook } from '@hub/db/home-report.ts';
import { writeHomeMissed } from '@hub/db/home-status.ts';
import { listHomes, registerHome, updateHome } from '@hub/db/homes.ts';
import { claimReplica } from '@hub/db/replicas.ts';
import { addSchedule, listSchedules } from '@hub/db/schedules.ts';
import { createTenant } from '@hub/db/tenants.ts';
import { createTestDatabase, type TestDatabase } from '@hub/db/testing/database.ts';
import { createPlaces } from '@hub/gate/cluster/places.ts';
import { openRemoteHome } from '@hub/gate/cluster/remote-homes.ts';
import { freePort } from '@hub/real-home/free-port.ts';
import { createLogger } from '@hub/runtime/log.ts';
import { createMetrics } from '@hub/runtime/metrics.ts';
import { createPeerClient } from '@hub/runtime/peer.ts';
import { type SimulatedHome, startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createHomes } from '../homes.ts';
import { readFleet } from './fleet-of.ts';
import { type SweepDeps, sweepHomes } from './sweep-homes.ts';

let database: TestDatabase;
let tenantId: string;
let home: SimulatedHome;
const log = createLogger({ name: 'test', level: 'silent', to: 'stderr', pretty: false });
const stopping: (() => Promise<void>)[] = [];

beforeAll(async () => {
  [database, home] = [await createTestDatabase(), await startSimulatedHome({ name: 'Cabin' })];
});
afterAll(async () => {
  await database.drop();
  await home.close();
});
beforeEach(async () => {
  const slug = `fjord-${Math.random().toString(36).slice(2)}`;
  tenantId = (await createTenant(database.db, database.vault, { slug, name: 'Fjord' }, SYSTEM_ACTOR)).id;
});
afterEach(async () => {
  await Promise.all(stopping.splice(0).map((stop) => stop()));
});

const add = (slug: string, url: string, token: string) =>
  registerHome(database.db, database.vault, tenantId, { slug, name: slug, link: { url, token } }, SYSTEM_ACTOR);

function sweep(homes: Partial<SweepDeps['homes']> = {}, more: Partial<SweepDeps> = {}) {
  const end = new AbortController();
  const unused = () => Promise.reject(new Error('no link is held'));
  const running = sweepHomes({
    ...{ db: database.db, vault: database.vault, log, cluster: undefined, signal: end.signal },
    ...more,
    homes: { hold: unused, stateOf: () => undefined, ...homes },
    config: { sweepEveryMs: 3_600_000, allowPrivateAddresses: true },
  });
  stopping.push(async () => {
    end.abort();
    await running;
  });
}
const fleet = () => readFleet(database.db, tenantId);

test('every home is looked at, one that is away and one that refuses do not hold it up, and no link stays', async () => {
  await Promise.all([
    add('cabin', home.url, home.token),
    add('away', 'http://127.0.0.1:9', 'x'),
    add('refusing', home.url.replace('127.0.0.1', 'localhost'), 'wrong'),
  ]);
  sweep();
  const isLookedAt = async () =>
    (await fleet()).every(({ slug, state, sweptAt }) => state && (slug !== 'cabin' || sweptAt));
  await vi.waitFor(async () => expect(await isLookedAt()).toBe(true), { timeout: 20_000 });
  const found = new Map((await fleet()).map((one) => [one.slug, one]));
  expect(found.get('cabin')).toMatchObject({
    ...{ state: 'running', haVersion: '2026.11.0', updatesPending: expect.any(Number), repairs: expect.any(Number) },
    ...{ unavailableEntities: expect.any(Number), lowBatteries: expect.any(Number), sweptAt: expect.any(Date) },
    hasBackup: expect.any(Boolean),
  });
  expect(found.get('away')).toMatchObject({ state: 'offline' });
  expect(found.get('refusing')).toMatchObject({ state: 'reauth_required' });
  await vi.waitFor(() => expect(home.connections()).toBe(0));
});

test('a home goes by the clock of its Home Assistant, also one that this had not yet when it was added, unless its owner says which', async () => {
  const { db, vault } = database;
  const { home: added } = await add('cabin', home.url, home.token);
  const said = await add('said', home.url.replace('127.0.0.1', 'localhost'), home.token);
  await updateHome(db, vault, tenantId, added.id, { seenTimeZone: 'UTC' }, SYSTEM_ACTOR);
  await updateHome(db, vault, tenantId, said.home.id, { timeZone: 'UTC' }, SYSTEM_ACTOR);
  const schedule = { homeId: added.id, name: 'nightly', cron: '30 3 * * *', kind: 'backup.create', args: {} };
  await addSchedule(db, tenantId, { ...schedule, nextAt: new Date(Date.now() + 86_400_000) }, SYSTEM_ACTOR);
  sweep();
  const isLookedAt = async () => (await fleet()).every(({ sweptAt }) => sweptAt);
  await vi.waitFor(async () => expect(await isLookedAt()).toBe(true), { timeout: 10_000 });
  const zones = (await listHomes(db, tenantId)).map(({ slug, timeZone }) => [slug, timeZone]);
  expect(Object.fromEntries(zones)).toEqual({ cabin: 'Europe/Amsterdam', said: 'UTC' });
  const clock = { timeZone: 'Europe/Amsterdam', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const [nightly] = await listSchedules(db, tenantId);
  expect(new Intl.DateTimeFormat('en-GB', clock).format(nightly?.nextAt)).toBe('03:30');
});

test('replicas share the homes: each is looked at once', async () => {
  await Promise.all(Array.from({ length: 12 }, (_, n) => add(`h${n}`, `http://127.0.1.${n + 1}:9`, 'x')));
  const looks = vi.fn();
  const held = {
    stateOf: () => 'running' as const,
    hold: async (_tenant: string, id: string) => {
      looks(id);
      throw new Error('counted');
    },
  };
  for (const _replica of [1, 2, 3]) sweep(held);
  await vi.waitFor(() => expect(looks).toHaveBeenCalledTimes(12), { timeout: 10_000 });
  expect(new Set(looks.mock.calls.map(([id]) => id)).size).toBe(12);
});

test('what was known of a home stays when it is away', async () => {
  const { id } = (await add('cabin', home.url, home.token)).home;
  sweep();
  await vi.waitFor(async () => expect((await fleet())[0]?.sweptAt).toBeDefined(), { timeout: 10_000 });
  await Promise.all(stopping.splice(0).map((stop) => stop()));
  await writeHomeMissed(database.db, tenantId, id, {
    state: 'offline',
    fault: { code: 'CONNECTION_FAILED', message: 'x' },
  });
  const [cabin] = await fleet();
  expect(cabin).toMatchObject({ state: 'offline', haVersion: '2026.11.0', sweptAt: expect.any(Date) });
  expect(cabin && fitsFleet(cabin, { coreOlderThan: '2026.12' }, new Date())).toBe(true);
});

test('a database that does not take what was found is not the home’s trouble', async () => {
  const { id } = (await add('cabin', home.url, home.token)).home;
  const db = openDatabase({ ...database.connection, maxConnections: 4, statementTimeoutMs: 300 });
  const refused = Promise.withResolvers<void>();
  const telling = { ...log, debug: () => refused.resolve() } as unknown as SweepDeps['log'];
  await tenantTrx(database.db, tenantId, async (trx) => {
    // Whoever counts a look at the same home on the same day waits for this one.
    await countLook(trx, tenantId, id, true);
    sweep({}, { db, log: telling });
    await refused.promise;
  });
  expect((await fleet())[0]).toMatchObject({ state: 'running' });
  await Promise.all(stopping.splice(0).map((stop) => stop()));
  await db.destroy();
});

test('a link that moves between replicas in this moment is not the home’s trouble', async () => {
  const { id } = (await add('cabin', home.url, home.token)).home;
  const { db, vault } = database;
  const [replicaId, gone] = [newId(), newId()];
  await claimReplica(db, { id: gone, address: `127.0.0.1:${await freePort()}`, isAlone: false, leaseMs: 2_000 });
  await takeHome(db, id, gone);
  await claimReplica(db, { id: replicaId, address: 'here:1', isAlone: false, leaseMs: 60_000 });
  const peers = createPeerClient({ usedId: 1, keyOf: () => randomBytes(32) });
  const places = createPlaces({ db, replicaId, onMoved: (homeId) => void homes.release(homeId) });
  const openElsewhere = async (tenant: string, homeId: string) =>
    (await places.locate(homeId)) === 'here'
      ? undefined
      : openRemoteHome({ places, peers }, { tenantId: tenant, homeId });
  const metrics = createMetrics({ version: '0', service: 'hub' });
  const homes = createHomes({ db, vault, log, metrics, allowPrivateAddresses: true, openElsewhere });
  sweep(homes, { cluster: { elsewhere: places } });
  await vi.waitFor(async () => expect((await fleet())[0]?.state).toBeDefined(), { timeout: 20_000 });
  expect((await fleet())[0]).toMatchObject({ state: 'running' });
  await Promise.all(stopping.splice(0).map((stop) => stop()));
  await homes.close();
  peers.close();
});
