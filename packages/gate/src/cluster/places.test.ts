import { newId } from '@hub/core/ids.ts';
import { SYSTEM_ACTOR } from '@hub/db/actor.ts';
import { type Database, openDatabase } from '@hub/db/database.ts';
import { tenantTrx } from '@hub/db/doors.ts';
import { findHome, takeHome } from '@hub/db/home-holders.ts';
import { registerHome } from '@hub/db/homes.ts';
import { claimReplica, releaseReplica, renewReplica } from '@hub/db/replicas.ts';
import { createTenant } from '@hub/db/tenants.ts';
import { createTestDatabase, type TestDatabase } from '@hub/db/testing/database.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LEASE_MS, OVERDUE_MS } from './lease.ts';
import { createPlaces } from './places.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('a home that was being taken when its replica began to leave is given up as well', async () => {
  const { db, vault } = database;
  const tenant = await createTenant(db, vault, { slug: 'leaving', name: 'Leaving' }, SYSTEM_ACTOR);
  const link = { url: 'http://home.example', token: 'x' };
  const { home } = await registerHome(db, vault, tenant.id, { name: 'Home', link }, SYSTEM_ACTOR);
  const replicaId = newId();
  await claimReplica(db, { id: replicaId, address: 'a:1', isAlone: false, leaseMs: 60_000 });
  const places = createPlaces({ db, replicaId, onMoved: () => undefined });
  const taking = await tenantTrx(db, tenant.id, async (trx) => {
    await trx.selectFrom('home').select('id').where('id', '=', home.id).forUpdate().execute();
    const asked = places.locate(home.id).catch(() => undefined);
    await expect.poll(() => waitingForLocks()).toBe(1);
    await places.leave();
    return { asked };
  });
  expect(await taking.asked).not.toBe('here');
  expect(await findHome(db, home.id)).toBeUndefined();
});

test('a replica that refuses connections keeps its homes while it renews its lease, as it may refuse this one alone', async () => {
  const { db, vault } = database;
  const tenant = await createTenant(db, vault, { slug: 'refusing', name: 'Refusing' }, SYSTEM_ACTOR);
  const link = { url: 'http://home.example', token: 'x' };
  const { home } = await registerHome(db, vault, tenant.id, { name: 'Home', link }, SYSTEM_ACTOR);
  const [holder, replicaId] = [newId(), newId()];
  for (const id of [holder, replicaId])
    await claimReplica(db, { id, address: `${id}:1`, isAlone: false, leaseMs: LEASE_MS });
  await createPlaces({ db, replicaId: holder, onMoved: () => undefined }).locate(home.id);
  const places = createPlaces({ db, replicaId, onMoved: () => undefined });
  const place = { replicaId: holder, address: `${holder}:1` };
  expect(await places.locate(home.id)).toMatchObject(place);
  await places.missed(home.id, place, 'refused');
  expect(await places.locate(home.id)).toMatchObject(place);
  // As its lease is when it was not renewed for that long.
  await renewReplica(db, holder, LEASE_MS - OVERDUE_MS);
  await places.missed(home.id, place, 'refused');
  expect(await places.locate(home.id)).toBe('here');
});

test('after a time without the database the silent keep their homes, but for one whose address is another’s by now', async () => {
  const { db, vault } = database;
  const tenant = await createTenant(db, vault, { slug: 'silent', name: 'Silent' }, SYSTEM_ACTOR);
  const home = async (name: string) =>
    (
      await registerHome(
        db,
        vault,
        tenant.id,
        { name, link: { url: `http://${name}.example`, token: 'x' } },
        SYSTEM_ACTOR,
      )
    ).home.id;
  const [late, dead, restarted] = [newId(), newId(), newId()];
  const [ofLate, ofDead] = [await home('late'), await home('dead')];
  for (const [id, address, homeId] of [
    [late, 'late:1', ofLate],
    [dead, 'same:1', ofDead],
  ] as const) {
    await claimReplica(db, { id, address, isAlone: false, leaseMs: 1 });
    await renewReplica(db, id, 60_000, { mayBeLate: true });
    await takeHome(db, homeId, id);
    await renewReplica(db, id, -1);
  }
  await claimReplica(db, { id: restarted, address: 'same:1', isAlone: false, leaseMs: 60_000 });
  const standing = { isGood: () => true, isSteady: () => false, isCutOff: false, news: async () => undefined };
  const places = createPlaces({ db, replicaId: restarted, standing, onMoved: () => undefined });
  expect(await places.locate(ofLate)).toMatchObject({ replicaId: late });
  expect(await places.locate(ofDead)).toBe('here');
});

test('a home that was being taken when the lease was lost is not taken for held here', async () => {
  const { db, vault } = database;
  const tenant = await createTenant(db, vault, { slug: 'losing', name: 'Losing' }, SYSTEM_ACTOR);
  const link = { url: 'http://home.example', token: 'x' };
  const { home } = await registerHome(db, vault, tenant.id, { name: 'Home', link }, SYSTEM_ACTOR);
  const [loser, other] = [newId(), newId()];
  for (const id of [loser, other]) await claimReplica(db, { id, address: `${id}:1`, isAlone: false, leaseMs: 60_000 });
  const answered = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const slow = slowed(db, async () => {
    answered.resolve();
    await goOn.promise;
  });
  const moved: string[] = [];
  const places = createPlaces({ db: slow, replicaId: loser, onMoved: (homeId) => moved.push(homeId) });
  const asked = places.locate(home.id);
  await answered.promise;
  await releaseReplica(db, loser);
  places.dropAll();
  expect(await takeHome(db, home.id, other)).toMatchObject({ replicaId: other });
  goOn.resolve();
  expect(await asked).toMatchObject({ replicaId: other });
  expect(places.isHere(home.id)).toBe(false);
});

/** The same database whose first transaction is done some time before that is known. */
function slowed(db: Database, wait: () => Promise<void>): Database {
  let isFirst = true;
  return new Proxy(db, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (name !== 'transaction' || !isFirst) return typeof value === 'function' ? value.bind(target) : value;
      isFirst = false;
      return () => ({
        execute: async (work: Parameters<ReturnType<Database['transaction']>['execute']>[0]) => {
          const answer = await target.transaction().execute(work);
          await wait();
          return answer;
        },
      });
    },
  });
}

async function waitingForLocks(): Promise<number> {
  const rows = await database.db
    .withTables<{ pg_stat_activity: { datname: string; wait_event_type: string | null } }>()
    .selectFrom('pg_stat_activity')
    .select('datname')
    .where('wait_event_type', '=', 'Lock')
    .where(({ fn, ref, eb }) => eb(ref('datname'), '=', fn<string>('current_database')))
    .execute();
  return rows.length;
}

test('any number of questions whether a replica lives is one look at the table', async () => {
  let looks = 0;
  const db = openDatabase({
    ...{ ...database.connection, maxConnections: 4 },
    onQuery: (_durationMs, operation) => void (operation === 'select' && looks++),
  });
  const places = createPlaces({ db, replicaId: undefined, onMoved: () => undefined });
  const replicaId = newId();
  await claimReplica(db, { id: replicaId, address: 'b:1', isAlone: false, leaseMs: 60_000 });
  const [before, place] = [looks, { replicaId, address: 'b:1' }];
  expect(await places.lives(place)).toBe(true);
  const ofOne = looks - before;
  const answers = await Promise.all(Array.from({ length: 100 }, () => places.lives(place)));
  expect(answers.every(Boolean)).toBe(true);
  expect(looks - before).toBeLessThanOrEqual(2 * ofOne);
  await db.destroy();
});
