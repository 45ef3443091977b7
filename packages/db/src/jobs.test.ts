import { newId } from '@hub/core/ids.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createdBy, SYSTEM_ACTOR, updatedBy } from './actor.ts';
import type { Trx } from './database.ts';
import { tenantTrx } from './doors.ts';
import {
  claimJob,
  expireLeases,
  finishJob,
  handBackJob,
  heartbeat,
  readBacklog,
  requeueRunning,
  retryJob,
  writeProgress,
} from './job-claims.ts';
import { type JobRecord, jobTables } from './job-record.ts';
import { type Claim, readStep, saveStepMarker, saveStepResult } from './job-steps.ts';
import { enqueueJob, getJob, listJobs, type NewJob, requestCancel } from './jobs.ts';
import { createTestDatabase, type TestDatabase } from './testing/database.ts';

const LEASE_MS = 60_000;
const OVER_MS = -1;
const KINDS = ['test.light', 'test.heavy'];

let database: TestDatabase;
let tenantId: string;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  // A tenant's jobs go with it, so each test has the table to itself.
  if (tenantId) await tenantTrx(database.db, tenantId, (trx) => trx.deleteFrom('tenant').execute());
  tenantId = await newTenant();
});

async function newTenant(): Promise<string> {
  const id = newId();
  const row = { id, slug: id, name: 'A tenant', ...createdBy(SYSTEM_ACTOR), ...updatedBy(SYSTEM_ACTOR) };
  await tenantTrx(database.db, id, (trx) => trx.insertInto('tenant').values(row).execute());
  return id;
}

async function enqueue(job: Partial<NewJob> = {}): Promise<{ job: JobRecord; isNew: boolean }> {
  return tenantTrx(database.db, tenantId, (trx) =>
    enqueueJob(trx, {
      tenantId,
      homeId: newId(),
      kind: 'test.light',
      args: {},
      isExclusive: false,
      actor: SYSTEM_ACTOR,
      ...job,
    }),
  );
}

const claim = (worker = 'w1', leaseMs = LEASE_MS) => claimJob(database.db, { worker, kinds: KINDS, leaseMs });
const read = (jobId: string) => tenantTrx(database.db, tenantId, (trx) => getJob(trx, tenantId, jobId));
const cancel = (jobId: string) => tenantTrx(database.db, tenantId, (trx) => requestCancel(trx, tenantId, jobId));

const error = { code: 'CANCELLED', message: 'm', suggestions: [] };
const overdue = (trx: Trx) =>
  jobTables(trx)
    .updateTable('job')
    .set({ lease_until: new Date(0) })
    .where('state', '=', 'running')
    .execute();

async function claimed(worker?: string, leaseMs?: number) {
  const next = await claim(worker, leaseMs);
  if (!next) throw new Error('nothing to claim');
  return next;
}

describe('enqueue', () => {
  test('arguments, actor and connector come back as they were stored', async () => {
    const [homeId, connectorId] = [newId(), newId()];
    const args = { names: ['a', 'b'], deep: { flag: true } };
    const { job } = await enqueue({ homeId, connectorId, args, actor: { kind: 'person', id: 'p1' } });
    expect(await read(job.id)).toMatchObject({
      args,
      homeId,
      connectorId,
      actorKind: 'person',
      actorId: 'p1',
      state: 'queued',
      attempt: 0,
    });
  });

  test('the same key while one is unfinished gives that one, afterwards a new one', async () => {
    const first = await enqueue({ dedupKey: 'nightly' });
    const second = await enqueue({ dedupKey: 'nightly' });
    expect([second.job.id, second.isNew]).toEqual([first.job.id, false]);
    await cancel(first.job.id);
    expect((await enqueue({ dedupKey: 'nightly' })).isNew).toBe(true);
  });

  test('a job for later does not put off one that is wanted now, and stays', async () => {
    const tonight = new Date(Date.now() + 3_600_000);
    const later = await enqueue({ dedupKey: 'backup', runAt: tonight });
    expect(later.job.beginsAt).toEqual(tonight);
    const now = await enqueue({ dedupKey: 'backup' });
    expect([now.isNew, now.job.beginsAt]).toEqual([true, undefined]);
    expect((await claim())?.job.id).toBe(now.job.id);
    expect(await claim()).toBeUndefined();
    expect(await read(later.job.id)).toMatchObject({ state: 'queued', beginsAt: tonight });
  });

  test('the same key for the same moment is one job, for another moment another', async () => {
    const [tonight, tomorrow] = [3_600_000, 90_000_000].map((ms) => new Date(Date.now() + ms));
    const first = await enqueue({ dedupKey: 'backup', runAt: tonight });
    expect((await enqueue({ dedupKey: 'backup', runAt: tonight })).job.id).toBe(first.job.id);
    expect((await enqueue({ dedupKey: 'backup', runAt: tomorrow })).isNew).toBe(true);
  });

  test('different wishes for the same moment are different jobs, in whatever order their arguments come', async () => {
    const runAt = new Date(Date.now() + 3_600_000);
    const wish = (args: object) => enqueue({ dedupKey: 'backup', runAt, args });
    const first = await wish({ name: 'Winter', apps: true });
    expect((await wish({ name: 'Winter', apps: false })).isNew).toBe(true);
    const again = await wish({ apps: true, name: 'Winter' });
    expect([again.job.id, again.isNew]).toEqual([first.job.id, false]);
  });

  test('a wish that an older hub stored, by its moment alone, is the same one as long as its arguments are', async () => {
    const runAt = new Date(Date.now() + 3_600_000);
    const older = await enqueue({ dedupKey: `backup from ${runAt.toISOString()}`, args: { name: 'Winter' } });
    const wish = (name: string) => enqueue({ dedupKey: 'backup', runAt, args: { name } });
    expect((await wish('Winter')).job.id).toBe(older.job.id);
    expect((await wish('Summer')).isNew).toBe(true);
  });

  test('a job for later whose moment came is the one that is wanted now, while it waits, runs or is tried again', async () => {
    const { job } = await enqueue({ dedupKey: 'backup', runAt: new Date(Date.now() - 1) });
    const again = async () => (await enqueue({ dedupKey: 'backup' })).job.id;
    expect(await again()).toBe(job.id);
    const { claim: held } = await claimed();
    expect(await again()).toBe(job.id);
    await retryJob(database.db, held, 60_000, { code: 'CONNECTION_FAILED', message: 'away', suggestions: [] });
    expect(await again()).toBe(job.id);
    expect(await read(job.id)).toMatchObject({ state: 'queued', beginsAt: undefined });
    await cancel(job.id);
    expect(await again()).not.toBe(job.id);
  });

  test('twenty at once with one key make one job', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => enqueue({ dedupKey: 'nightly' })));
    expect(new Set(all.map(({ job }) => job.id)).size).toBe(1);
    expect(all.filter(({ isNew }) => isNew)).toHaveLength(1);
  });

  test('a job stored in a transaction that fails was never there', async () => {
    const ids: string[] = [];
    const failing = tenantTrx(database.db, tenantId, async (trx) => {
      const job = { tenantId, homeId: newId(), kind: 'test.light', args: {}, isExclusive: false, actor: SYSTEM_ACTOR };
      ids.push((await enqueueJob(trx, job)).job.id);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await read(String(ids[0]))).toBeUndefined();
  });
});

describe('claim', () => {
  test('higher priority goes first, then what is due longest; what is not due waits', async () => {
    const soon = await enqueue({ runAt: new Date(Date.now() - 1000) });
    const sooner = await enqueue({ runAt: new Date(Date.now() - 2000) });
    const urgent = await enqueue({ priority: 5 });
    await enqueue({ priority: 9, runAt: new Date(Date.now() + 60_000) });
    const order = [await claim(), await claim(), await claim()].map((next) => next?.job.id);
    expect(order).toEqual([urgent.job.id, sooner.job.id, soon.job.id]);
    expect(await claim()).toBeUndefined();
  });

  test('kinds this runner does not know are left to others', async () => {
    await enqueue({ kind: 'test.newer' });
    expect(await claim()).toBeUndefined();
  });

  test('eight runners at once never run two exclusive jobs of one home', async () => {
    const homes = [newId(), newId(), newId()];
    const jobs = homes.flatMap((homeId) => Array.from({ length: 4 }, () => homeId));
    for (const homeId of jobs) await enqueue({ homeId, kind: 'test.heavy', isExclusive: true });
    for (let round = 0; round < 4; round += 1) {
      const found = await Promise.all(Array.from({ length: 8 }, (_, n) => claim(`w${n}`)));
      const taken = found.filter((next) => next !== undefined);
      expect(taken.map(({ job }) => job.homeId).sort()).toEqual([...homes].sort());
      for (const next of taken) await finishJob(database.db, next.claim, { state: 'done', result: null });
    }
    expect(await claim()).toBeUndefined();
  });

  test('a light job runs beside an exclusive one of its home', async () => {
    const homeId = newId();
    await enqueue({ homeId, kind: 'test.heavy', isExclusive: true });
    await enqueue({ homeId });
    expect([await claim(), await claim()].map((next) => next?.job.kind).sort()).toEqual(['test.heavy', 'test.light']);
  });

  test('eight runners at once take each of forty jobs exactly once', async () => {
    const jobs = await Promise.all(Array.from({ length: 40 }, () => enqueue()));
    const taken: string[] = [];
    const work = async (worker: string) => {
      for (let next = await claim(worker); next; next = await claim(worker)) taken.push(next.job.id);
    };
    await Promise.all(Array.from({ length: 8 }, (_, n) => work(`w${n}`)));
    expect(taken.sort()).toEqual(jobs.map(({ job }) => job.id).sort());
  });
});

test('the many jobs of one tenant hold up no other: they take turns', async () => {
  const first = tenantId;
  const oldest = new Date(Date.now() - 60_000);
  for (let at = 0; at < 5; at++) await enqueue({ runAt: oldest });
  tenantId = await newTenant();
  await enqueue();
  await enqueue();
  const order = [];
  for (let at = 0; at < 5; at++) {
    const { job, claim } = await claimed();
    order.push(job.tenantId === first ? 'first' : 'second');
    await finishJob(database.db, claim, { state: 'done', result: {} });
  }
  await tenantTrx(database.db, first, (trx) => trx.deleteFrom('tenant').execute());
  expect(order).toEqual(['first', 'second', 'first', 'second', 'first']);
});

test('what nobody waits for is no turn: a tenant whose upkeep was just done goes before one that was served', async () => {
  const served = tenantId;
  const wish = { worker: 'w1', leaseMs: LEASE_MS, patient: ['test.upkeep'] };
  const take = async (kinds: readonly string[]) => (await claimJob(database.db, { ...wish, kinds }))?.job.tenantId;
  await enqueue();
  expect(await take(KINDS)).toBe(served);
  await enqueue({ runAt: new Date(Date.now() - 60_000) });
  tenantId = await newTenant();
  await enqueue({ kind: 'test.upkeep', homeId: undefined });
  expect(await take(['test.upkeep'])).toBe(tenantId);
  await enqueue();
  const next = await take(KINDS);
  await tenantTrx(database.db, served, (trx) => trx.deleteFrom('tenant').execute());
  expect(next).toBe(tenantId);
});

describe('an attempt that lost its lease', () => {
  test('is put back in the queue and can write nothing any more', async () => {
    const { job } = await enqueue();
    const old = await claimed('w1', OVER_MS);
    expect(await expireLeases(database.db)).toEqual([job.id]);
    const fresh = await claimed('w1');
    expect(fresh.claim.attempt).toBe(old.claim.attempt + 1);
    const { db } = database;
    expect(await heartbeat(db, old.claim, LEASE_MS)).toBe('lost');
    expect(await writeProgress(db, old.claim, { done: 1, total: 2, message: 'late' })).toBe(false);
    expect(await finishJob(db, old.claim, { state: 'done', result: 'late' })).toBe(false);
    expect(await tenantTrx(db, tenantId, (trx) => saveStepMarker(trx, old.claim, 'act', {}))).toBe(false);
    expect(await tenantTrx(db, tenantId, (trx) => saveStepResult(trx, old.claim, 'act', 'done', 1))).toBe(false);
    expect(await read(job.id)).toMatchObject({ state: 'running', progress: undefined, result: undefined });
  });

  test('a renewed lease does not expire', async () => {
    await enqueue();
    const { claim: held } = await claimed('w1', OVER_MS);
    expect(await heartbeat(database.db, held, LEASE_MS)).toBe('held');
    expect(await expireLeases(database.db)).toEqual([]);
  });

  test('fails the job when no attempt is left', async () => {
    const { job } = await enqueue({ maxAttempts: 1 });
    await claimed('w1', OVER_MS);
    await expireLeases(database.db);
    expect(await read(job.id)).toMatchObject({ state: 'failed', error: { code: 'INTERNAL_ERROR' } });
  });

  test('leaves the job unknown when no attempt is left and an act is open', async () => {
    const { job } = await enqueue({ maxAttempts: 1 });
    const { claim: held } = await claimed('w1', OVER_MS);
    await tenantTrx(database.db, tenantId, (trx) => saveStepMarker(trx, held, 'generate', { name: 'n' }));
    await expireLeases(database.db);
    expect(await read(job.id)).toMatchObject({ state: 'unknown', error: { code: 'INTERNAL_ERROR' } });
  });

  test('ends a job whose cancel was asked', async () => {
    const { job } = await enqueue();
    await claimed('w1', OVER_MS);
    await cancel(job.id);
    await expireLeases(database.db);
    expect(await read(job.id)).toMatchObject({ state: 'cancelled' });
  });
});

describe('giving back', () => {
  test('at the start of the only process every running job is queued again, lease or not', async () => {
    const { job } = await enqueue();
    await claimed();
    expect(await requeueRunning(database.db)).toEqual([job.id]);
    expect((await claimed('w2')).job.id).toBe(job.id);
  });

  test('handing back does not count as an attempt', async () => {
    const { job } = await enqueue({ maxAttempts: 1 });
    await handBackJob(database.db, (await claimed()).claim);
    await claimed('w2', OVER_MS);
    expect(await read(job.id)).toMatchObject({ state: 'running', attempt: 2, maxAttempts: 2 });
  });

  test('a retry waits its time and shows why', async () => {
    const { job } = await enqueue();
    const error = { code: 'CONNECTION_FAILED', message: 'away', suggestions: ['wait'] };
    await retryJob(database.db, (await claimed()).claim, 60_000, error);
    expect(await claim()).toBeUndefined();
    expect(await read(job.id)).toMatchObject({ state: 'queued', error });
  });
});

describe('cancel', () => {
  test('ends a queued job at once', async () => {
    const { job } = await enqueue();
    expect(await cancel(job.id)).toMatchObject({ state: 'cancelled', finishedAt: expect.any(Date) });
    expect(await claim()).toBeUndefined();
  });

  test('reaches a running job with its next heartbeat', async () => {
    const { job } = await enqueue();
    const { claim: held } = await claimed();
    expect(await cancel(job.id)).toMatchObject({ state: 'running', isCancelRequested: true });
    expect(await heartbeat(database.db, held, LEASE_MS)).toBe('cancel_requested');
  });

  test.each([
    [
      'a passing trouble',
      (held: Claim) => retryJob(database.db, held, 0, { code: 'x', message: 'm', suggestions: [] }),
    ],
    ['the stop of its process', (held: Claim) => handBackJob(database.db, held)],
  ])('ends a job that %s would put back into the queue', async (_what, giveBack) => {
    const { job } = await enqueue();
    const { claim: held } = await claimed();
    await cancel(job.id);
    expect(await giveBack(held)).toMatchObject({ is: 'cancelled', error: { code: 'CANCELLED' } });
    expect(await read(job.id)).toMatchObject({ state: 'cancelled', finishedAt: expect.any(Date) });
    expect(await claim()).toBeUndefined();
  });

  test('leaves a finished job as it is', async () => {
    const { job } = await enqueue();
    await finishJob(database.db, (await claimed()).claim, { state: 'done', result: { n: 1 } });
    expect(await cancel(job.id)).toMatchObject({ state: 'done', result: { n: 1 } });
  });

  const ends: readonly [string, (held: Claim) => Promise<unknown>][] = [
    ['lets go', (held) => finishJob(database.db, held, { state: 'cancelled', error })],
    ['falls silent', () => tenantTrx(database.db, tenantId, overdue).then(() => expireLeases(database.db))],
    ['stops', (held) => handBackJob(database.db, held)],
  ];
  test.each(ends)(
    'ends what the job began and follows, no job of others and none that it joined, when its runner %s',
    async (_how, end) => {
      const [connectorId, otherId] = [newId(), newId()];
      const { job } = await enqueue({ connectorId });
      const { claim: held } = await claimed();
      const inTrx = <T>(work: Parameters<typeof tenantTrx<T>>[2]) => tenantTrx(database.db, tenantId, work);
      async function followed(ofConnector: string, dedupKey?: string): Promise<JobRecord> {
        const step = `home ${newId()}`;
        await inTrx((trx) => saveStepMarker(trx, held, step, {}));
        const { job: begun } = await enqueue({ connectorId: ofConnector, dedupKey });
        await inTrx((trx) => saveStepResult(trx, held, step, 'done', { goesOnAs: begun.id }));
        return begun;
      }
      await enqueue({ connectorId, dedupKey: 'update' });
      const joined = await followed(connectorId, 'update');
      const [begun, done, others] = [await followed(connectorId), await followed(connectorId), await followed(otherId)];
      await inTrx((trx) =>
        jobTables(trx)
          .updateTable('job')
          .set({ state: 'done', finished_at: new Date() })
          .where('id', '=', done.id)
          .execute(),
      );
      await cancel(job.id);
      expect(await read(begun.id)).toMatchObject({ state: 'queued' });
      await end(held);
      expect(await read(job.id)).toMatchObject({ state: 'cancelled', finishedAt: expect.any(Date) });
      expect(await read(begun.id)).toMatchObject({ state: 'cancelled', finishedAt: expect.any(Date) });
      expect(await read(done.id)).toMatchObject({ state: 'done' });
      expect(await read(others.id)).toMatchObject({ state: 'queued' });
      expect(await read(joined.id)).toMatchObject({ state: 'queued', isCancelRequested: false });
    },
  );
});

test('a marker is kept through the result of its step', async () => {
  await enqueue();
  const { claim: held } = await claimed();
  const inTrx = <T>(work: Parameters<typeof tenantTrx<T>>[2]) => tenantTrx(database.db, tenantId, work);
  await inTrx((trx) => saveStepMarker(trx, held, 'generate', { name: 'n' }));
  expect(await inTrx((trx) => readStep(trx, held, 'generate'))).toMatchObject({ state: 'open', marker: { name: 'n' } });
  await inTrx((trx) => saveStepResult(trx, held, 'generate', 'done', ['r']));
  expect(await inTrx((trx) => readStep(trx, held, 'generate'))).toEqual({
    state: 'done',
    marker: { name: 'n' },
    result: ['r'],
  });
});

test('jobs are listed newest first, by home, connector and state', async () => {
  const [homeId, connectorId] = [newId(), newId()];
  const older = await enqueue({ homeId, connectorId });
  const newer = await enqueue({ homeId });
  await enqueue();
  const list = (filter: Parameters<typeof listJobs>[2]) =>
    tenantTrx(database.db, tenantId, async (trx) => (await listJobs(trx, tenantId, filter)).map(({ id }) => id));
  expect(await list({ homeId })).toEqual([newer.job.id, older.job.id]);
  expect(await list({ homeId, beforeId: newer.job.id })).toEqual([older.job.id]);
  expect(await list({ connectorId })).toEqual([older.job.id]);
  expect(await list({ states: ['running'] })).toEqual([]);
});

test('another tenant neither sees nor cancels a job', async () => {
  const { job } = await enqueue();
  const stranger = await newTenant();
  const seen = await tenantTrx(database.db, stranger, async (trx) => [
    await getJob(trx, tenantId, job.id),
    await getJob(trx, stranger, job.id),
    await requestCancel(trx, tenantId, job.id),
  ]);
  expect(seen).toEqual([undefined, undefined, undefined]);
  expect(await read(job.id)).toMatchObject({ state: 'queued' });
});

test('the backlog counts what is not at an end', async () => {
  await enqueue();
  await enqueue();
  await claimed();
  const counts = (await readBacklog(database.db)).map(({ state, count }) => [state, count]);
  expect(counts.sort()).toEqual([
    ['later', 0],
    ['queued', 1],
    ['running', 1],
  ]);
});

test('a job that is not due yet neither waits nor ages', async () => {
  await enqueue({ runAt: new Date(Date.now() + 3_600_000) });
  const backlog = await readBacklog(database.db);
  expect(backlog.find(({ state }) => state === 'later')).toMatchObject({ count: 1 });
  expect(backlog.find(({ state }) => state === 'queued')).toMatchObject({ count: 0, oldestS: 0, claimableS: 0 });
});

test('a job that waits for the one that runs at its home is old, but none that could begin', async () => {
  const runAt = new Date(Date.now() - 3_600_000);
  const heavy = { homeId: newId(), kind: 'test.heavy', isExclusive: true, runAt };
  await enqueue(heavy);
  await claimed();
  await enqueue(heavy);
  const queued = async () => (await readBacklog(database.db)).find(({ state }) => state === 'queued');
  expect(await queued()).toMatchObject({ oldestS: expect.closeTo(3_600, -2), claimableS: 0 });
  await enqueue({ ...heavy, homeId: newId() });
  expect(await queued()).toMatchObject({ claimableS: expect.closeTo(3_600, -2) });
});
