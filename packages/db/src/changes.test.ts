import { newId } from '@hub/core/ids.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM_ACTOR } from './actor.ts';
import { latestChangeCursor, noteChange, pruneChanges, readChangesSince } from './changes.ts';
import { tenantTrx } from './doors.ts';
import { claimReplica, releaseReplica, renewReplica } from './replicas.ts';
import { createTenant, updateTenant } from './tenants.ts';
import { createTestDatabase, type TestDatabase } from './testing/database.ts';

let made: TestDatabase;
beforeAll(async () => {
  made = await createTestDatabase();
});
afterAll(() => made.drop());

test('a reader sees each change of all tenants once it is committed', async () => {
  const { db, vault } = made;
  const start = await latestChangeCursor(db);
  const one = await createTenant(db, vault, { name: 'One' }, SYSTEM_ACTOR);
  const first = await readChangesSince(db, start);
  expect(first.changes).toMatchObject([{ tenantId: one.id, kind: 'tenant', rowId: one.id }]);
  expect((await readChangesSince(db, first.cursor)).changes).toEqual([]);
  await updateTenant(db, one.id, { name: 'Uno' }, SYSTEM_ACTOR);
  expect((await readChangesSince(db, first.cursor)).changes).toHaveLength(1);
});

test('a change that commits after a later one is not missed', async () => {
  const { db, vault } = made;
  const tenant = await createTenant(db, vault, { name: 'Slow' }, SYSTEM_ACTOR);
  const start = await latestChangeCursor(db);
  const [slowRow, fastRow] = [newId(), newId()];
  const [noted, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const slow = tenantTrx(db, tenant.id, async (trx) => {
    await noteChange(trx, tenant.id, 'home', slowRow);
    noted.resolve();
    await goOn.promise;
  });
  await noted.promise;
  await tenantTrx(db, tenant.id, (trx) => noteChange(trx, tenant.id, 'home', fastRow));
  const early = await readChangesSince(db, start);
  expect(early.changes.map((change) => change.rowId)).toEqual([fastRow]);
  goOn.resolve();
  await slow;
  const late = await readChangesSince(db, early.cursor);
  expect(late.changes.map((change) => change.rowId)).toContain(slowRow);
  expect((await readChangesSince(db, late.cursor)).changes).toEqual([]);
});

test('a change that is rolled back is never told', async () => {
  const { db, vault } = made;
  const tenant = await createTenant(db, vault, { name: 'Undone' }, SYSTEM_ACTOR);
  const start = await latestChangeCursor(db);
  const failed = tenantTrx(db, tenant.id, async (trx) => {
    await noteChange(trx, tenant.id, 'home', newId());
    throw new Error('no');
  });
  await expect(failed).rejects.toThrow('no');
  expect((await readChangesSince(db, start)).changes).toEqual([]);
});

test('old changes can be removed', async () => {
  expect(await pruneChanges(made.db, 3_600_000)).toBe(0);
  expect(await pruneChanges(made.db, -1_000)).toBeGreaterThan(0);
});

const claim = { address: 'host-1', isAlone: true, leaseMs: 60_000 };

test('a second hub without a bus is refused, whichever of the two must be alone', async () => {
  const { db } = made;
  const first = await claimReplica(db, { ...claim, id: newId() });
  for (const isAlone of [true, false]) {
    const second = claimReplica(db, { ...claim, id: newId(), isAlone });
    await expect(second).rejects.toMatchObject({ code: 'RESOURCE_LOCKED', message: expect.stringContaining('host-1') });
  }
  await releaseReplica(db, first.id);
  const together = [newId(), newId()].map((id) => claimReplica(db, { ...claim, id, isAlone: false }));
  const leases = await Promise.all(together);
  await expect(claimReplica(db, { ...claim, id: newId() })).rejects.toMatchObject({ code: 'RESOURCE_LOCKED' });
  for (const lease of leases) await releaseReplica(db, lease.id);
});

test('of ten hubs that start at once, one gets the lease', async () => {
  const all = await Promise.allSettled(
    Array.from({ length: 10 }, () => claimReplica(made.db, { ...claim, id: newId() })),
  );
  const winners = all.filter((one) => one.status === 'fulfilled').map((one) => one.value);
  expect(winners).toHaveLength(1);
  for (const lease of winners) await releaseReplica(made.db, lease.id);
});

test('a lease that ended is lost for its holder, and goes to the next with a higher epoch', async () => {
  const dead = await claimReplica(made.db, { ...claim, id: newId(), leaseMs: 1 });
  const next = await claimReplica(made.db, { ...claim, id: newId(), waitMs: 5_000 });
  expect(next.epoch).toBeGreaterThan(dead.epoch);
  expect(await renewReplica(made.db, dead.id, 60_000)).toBeUndefined();
  expect(await renewReplica(made.db, next.id, 120_000)).toEqual({ wasLate: false });
  const heir = await claimReplica(made.db, { ...claim, id: newId(), takeOver: true });
  expect(await renewReplica(made.db, next.id, 60_000)).toBeUndefined();
  await releaseReplica(made.db, heir.id);
});
