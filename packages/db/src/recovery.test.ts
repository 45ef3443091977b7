import { newId } from '@hub/core/ids.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createdBy, SYSTEM_ACTOR, updatedBy } from './actor.ts';
import { tenantTrx } from './doors.ts';
import { openInstallation } from './installation.ts';
import { claimJob } from './job-claims.ts';
import { enqueueJob, getJob } from './jobs.ts';
import { beatOnce, beginRecovery, confirmRecovery, readPulse, readRecovery, reviewRecovery } from './recovery.ts';
import { createTestDatabase, type TestDatabase } from './testing/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it('claims no job until it is confirmed, and then ends those that may have run since', async () => {
  const { db, vault } = database;
  await openInstallation(db, vault.ring);
  const tenantId = newId();
  const row = { id: tenantId, slug: 'fjord', name: 'Fjord', ...createdBy(SYSTEM_ACTOR), ...updatedBy(SYSTEM_ACTOR) };
  await tenantTrx(db, tenantId, (trx) => trx.insertInto('tenant').values(row).execute());
  const store = async () => {
    const asked = { tenantId, homeId: newId(), kind: 'test', args: {}, isExclusive: false, actor: SYSTEM_ACTOR };
    return (await tenantTrx(db, tenantId, (trx) => enqueueJob(trx, asked))).job.id;
  };
  const claim = async () => (await claimJob(db, { worker: newId(), kinds: ['test'], leaseMs: 60_000 }))?.job.id;
  const stateOf = async (id: string) => (await tenantTrx(db, tenantId, (trx) => getJob(trx, tenantId, id)))?.state;

  const running = await store();
  expect(await claim()).toBe(running);
  const queued = await store();
  const { beat } = await beatOnce(db, undefined);
  await beginRecovery(db, 'first');
  await beginRecovery(db, 'second');
  expect(await readRecovery(db)).toMatchObject({ reason: 'first' });
  expect((await beatOnce(db, new Date())).isRecovering).toBe(true);
  expect(await claim()).toBeUndefined();
  const { unfinishedJobs } = await reviewRecovery(db, vault.ring, new Set());
  expect(unfinishedJobs.map(({ id, state }) => [id, state])).toEqual([
    [running, 'running'],
    [queued, 'queued'],
  ]);

  await confirmRecovery(db, new Set(), beat + 100);
  expect([await stateOf(running), await stateOf(queued)]).toEqual(['unknown', 'cancelled']);
  expect(await readRecovery(db)).toBeUndefined();
  expect(await readPulse(db)).toEqual({ beat: beat + 101, isRecovering: false });
  const later = await store();
  expect(await claim()).toBe(later);
});
