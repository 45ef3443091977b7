import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { newId } from '@hub/core/ids.ts';
import { SYSTEM_ACTOR } from '@hub/db/actor.ts';
import type { Database } from '@hub/db/database.ts';
import { registerHome } from '@hub/db/homes.ts';
import { createTenant } from '@hub/db/tenants.ts';
import { createTestDatabase, type TestDatabase } from '@hub/db/testing/database.ts';
import { LEASE_MS } from '@hub/gate/cluster/lease.ts';
import { createPlaces } from '@hub/gate/cluster/places.ts';
import { createStanding } from '@hub/gate/cluster/standing.ts';
import { createMemoryBus } from '@hub/runtime/bus.ts';
import { createLogger } from '@hub/runtime/log.ts';
import { createShutdown } from '@hub/runtime/shutdown.ts';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { joinCluster } from './membership.ts';

let database: TestDatabase;
const stops: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
afterAll(() => database.drop());

const log = createLogger({ name: 'test', level: 'silent', to: 'stderr' });
const bus = createMemoryBus();

/** A replica that reaches the database only while its door is open. */
async function join() {
  const door = { isOpen: true };
  const db: Database = new Proxy(database.db, {
    get(target, key) {
      if (key === 'transaction' && !door.isOpen) throw new Error('connection refused');
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const replicaId = newId();
  const standing = createStanding();
  const places = createPlaces({ db, replicaId, standing, onMoved: () => undefined });
  const shutdown = createShutdown(log);
  await joinCluster({
    db,
    bus,
    ring: database.vault.ring,
    replicaId,
    address: `${replicaId}:1`,
    places,
    standing,
    shutdown,
    log,
  });
  stops.push(() => shutdown.stop('the test is over'));
  return { replicaId, places, standing, door };
}

async function newHome(slug: string): Promise<string> {
  const { db, vault } = database;
  const tenant = await createTenant(db, vault, { slug, name: slug }, SYSTEM_ACTOR);
  const link = { url: `http://${slug}.example`, token: 'x' };
  return (await registerHome(db, vault, tenant.id, { name: slug, link }, SYSTEM_ACTOR)).home.id;
}

test('a replica that alone loses the database has let go of its homes before another takes them', async () => {
  const homeId = await newHome('alone');
  const [one, other] = [await join(), await join()];
  expect(await one.places.locate(homeId)).toBe('here');
  one.door.isOpen = false;
  await expect.poll(() => other.places.locateAnew(homeId), { timeout: 4 * LEASE_MS, interval: 20 }).toBe('here');
  expect(one.places.isHere(homeId)).toBe(false);
  await expect(one.places.locate(homeId)).rejects.toMatchObject({ code: 'CONNECTION_FAILED' });
  one.door.isOpen = true;
  await expect.poll(() => one.standing.isCutOff, { timeout: 4 * LEASE_MS }).toBe(false);
  expect(await one.places.locate(homeId)).toMatchObject({ replicaId: other.replicaId });
}, 60_000);

test('what somebody says in Redis who has no key of the ring moves no home', async () => {
  const homeId = await newHome('forged');
  const one = await join();
  expect(await one.places.locate(homeId)).toBe('here');
  const signature = randomBytes(32).toString('base64');
  const end = bus.subscribe('lease.asked', (asked) => {
    const keyId = database.vault.ring.usedId;
    for (const forged of [
      one.replicaId,
      { ...(asked as object), keyId, signature },
      { ...(asked as object), keyId: 99, signature },
    ])
      bus.publish('lease.kept', forged);
  });
  one.door.isOpen = false;
  await delay(2 * LEASE_MS);
  end();
  expect(one.places.isHere(homeId)).toBe(true);
}, 60_000);

test('a database that is away for all moves no home, whoever reaches it first when it is back', async () => {
  const homeId = await newHome('all');
  const [one, other] = [await join(), await join()];
  expect(await one.places.locate(homeId)).toBe('here');
  for (const { door } of [one, other]) door.isOpen = false;
  await delay(2 * LEASE_MS);
  expect(one.places.isHere(homeId)).toBe(true);
  other.door.isOpen = true;
  await expect.poll(() => other.standing.isOverdue(), { timeout: 4 * LEASE_MS, interval: 5 }).toBe(false);
  expect(await other.places.locateAnew(homeId)).toMatchObject({ replicaId: one.replicaId });
  one.door.isOpen = true;
  await expect.poll(() => one.standing.isOverdue(), { timeout: 4 * LEASE_MS }).toBe(false);
  expect(await one.places.locate(homeId)).toBe('here');
  expect(await other.places.locateAnew(homeId)).toMatchObject({ replicaId: one.replicaId });
}, 60_000);
