import { Fault } from '@hub/core/fault.ts';
import { newId } from '@hub/core/ids.ts';
import { createdBy, SYSTEM_ACTOR, updatedBy } from '@hub/db/actor.ts';
import { tenantTrx } from '@hub/db/doors.ts';
import { openInstallation } from '@hub/db/installation.ts';
import { claimJob } from '@hub/db/job-claims.ts';
import { jobTables } from '@hub/db/job-record.ts';
import { enqueueJob, listJobs } from '@hub/db/jobs.ts';
import { beginRecovery, confirmRecovery } from '@hub/db/recovery.ts';
import { createTestDatabase, type TestDatabase } from '@hub/db/testing/database.ts';
import { viewOf } from '@hub/ha/testing/view-of.ts';
import { defineJob, type Job, type JobContext } from '@hub/jobs/define.ts';
import { createLogger } from '@hub/runtime/log.ts';
import { createMetrics } from '@hub/runtime/metrics.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createJobsPort } from './jobs-port.ts';
import { createQueue, type Queue, type QueueOptions } from './queue.ts';

/** Longer than any test: whoever waits this long has missed its event. */
const LONG_MS = 20_000;

let database: TestDatabase;
let tenantId: string;
const queues: Queue[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  tenantId = newId();
  const row = {
    id: tenantId,
    slug: tenantId,
    name: 'A tenant',
    ...createdBy(SYSTEM_ACTOR),
    ...updatedBy(SYSTEM_ACTOR),
  };
  await tenantTrx(database.db, tenantId, (trx) => trx.insertInto('tenant').values(row).execute());
});
afterEach(async () => {
  await Promise.all(queues.splice(0).map((queue) => queue.stop(0)));
  await tenantTrx(database.db, tenantId, (trx) => trx.deleteFrom('tenant').execute());
});

/** Asked nothing: what these jobs do, they do themselves. */
const quietHome = viewOf({});

/** A job whose one run is written in the test. */
function job(run: (context: JobContext) => Promise<unknown>, facts: Partial<Job<{ n: number }>> = {}): Job {
  return defineJob<{ n: number }, unknown>({
    kind: 'test',
    title: 'Test',
    isExclusive: true,
    args: z.strictObject({ n: z.number().default(0) }),
    deadlineMs: LONG_MS,
    run: (_args, context) => run(context),
    ...facts,
  });
}

async function open(jobs: Job | readonly Job[], options: Partial<QueueOptions> = {}): Promise<Queue> {
  const queue = createQueue({
    db: database.db,
    jobs: [jobs].flat(),
    log: createLogger({ name: 'test', level: 'silent', to: 'stdout' }),
    workerId: newId(),
    concurrency: 4,
    isAlone: false,
    sweepMs: 50,
    openHome: async () => quietHome,
    ...options,
  });
  queues.push(queue);
  await queue.start();
  return queue;
}

const start = async (queue: Queue, facts: { homeId?: string; dedupKey?: string; maxAttempts?: number } = {}) =>
  (await queue.enqueue({ tenantId, homeId: newId(), kind: 'test', args: {}, actor: SYSTEM_ACTOR, ...facts })).job;

const ended = (queue: Queue, jobId: string) => queue.follow(tenantId, jobId, LONG_MS);

/** Resolves with the first look at the job that fits. */
function seen(queue: Queue, jobId: string, fits: (found: { state: string; error: unknown }) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { onProgress: (found: { state: string; error: unknown }) => fits(found) && resolve() };
    queue.follow(tenantId, jobId, LONG_MS, options).catch(reject);
  });
}

/** Resolves once a sweep that began after this call is over: it takes back the job of a runner that is silent. */
async function swept(): Promise<void> {
  for (const _round of [1, 2]) {
    await tenantTrx(database.db, tenantId, async (trx) => {
      const of = { tenantId, homeId: newId(), kind: 'of others', args: {}, isExclusive: false, actor: SYSTEM_ACTOR };
      const { id } = (await enqueueJob(trx, of)).job;
      const gone = { state: 'running' as const, worker: 'dead', lease_until: new Date(0) };
      await jobTables(trx).updateTable('job').set(gone).where('id', '=', id).execute();
    });
    await expect
      .poll(() => tenantTrx(database.db, tenantId, (trx) => listJobs(trx, tenantId, { states: ['running'] })))
      .toEqual([]);
  }
}

/** Never ends by itself, only with its signal. */
const untilTold = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

test('a job runs as soon as it is stored, and its follower sees progress and result', async () => {
  const told = Promise.withResolvers<void>();
  const queue = await open(
    job(async ({ progress }) => {
      await progress(1, 2, 'half way');
      await told.promise;
      return { answer: 42 };
    }),
    { sweepMs: LONG_MS },
  );
  const { id } = await start(queue);
  const messages: string[] = [];
  const end = await queue.follow(tenantId, id, LONG_MS, {
    onProgress({ progress }) {
      if (progress) messages.push(progress.message);
      if (progress) told.resolve();
    },
  });
  expect(end).toMatchObject({ state: 'done', result: { answer: 42 }, attempt: 1 });
  expect(messages).toContain('half way');
});

test('a job stored in a transaction of the caller runs after the commit and the hint', async () => {
  const queue = await open(
    job(async () => 'ran'),
    { sweepMs: LONG_MS },
  );
  const { job: stored } = await tenantTrx(database.db, tenantId, (trx) =>
    queue.enqueue({ tenantId, homeId: newId(), kind: 'test', args: {}, actor: SYSTEM_ACTOR }, trx),
  );
  queue.hint();
  expect(await ended(queue, stored.id)).toMatchObject({ state: 'done', result: 'ran' });
});

test('a database that was put back under a running process gives it no job until somebody confirmed it', async () => {
  const { db, vault } = database;
  await openInstallation(db, vault.ring);
  await confirmRecovery(db, new Set(), 100);
  let ran = 0;
  const queue = await open(job(async () => ++ran));
  await swept();
  await db.transaction().execute(async (trx) => {
    await trx
      .selectNoFrom(({ fn, val }) => fn('set_config', [val('hub.door'), val('system'), val(true)]).as('door'))
      .execute();
    await trx.updateTable('installation').set({ beat: 50 }).execute();
  });
  const { id } = await start(queue);
  await swept();
  expect(await queue.get(tenantId, id)).toMatchObject({ state: 'queued', attempt: 0 });
  await beginRecovery(db, 'it went back');
  await swept();
  await confirmRecovery(db, new Set(), 0);
  await ended(queue, (await start(queue)).id);
  expect(ran).toBe(1);
  expect(await queue.get(tenantId, id)).toMatchObject({ state: 'cancelled' });
});

test('exclusive jobs of one home follow one another while another home goes on', async () => {
  const homeId = newId();
  const told = Promise.withResolvers<void>();
  let runs = 0;
  const queue = await open(
    job(async () => {
      runs += 1;
      if (runs === 1) await told.promise;
    }),
  );
  const first = await start(queue, { homeId });
  await seen(queue, first.id, ({ state }) => state === 'running');
  const second = await start(queue, { homeId });
  const elsewhere = await start(queue);
  expect(await ended(queue, elsewhere.id)).toMatchObject({ state: 'done' });
  expect(await queue.get(tenantId, second.id)).toMatchObject({ state: 'queued' });
  told.resolve();
  expect(await ended(queue, second.id)).toMatchObject({ state: 'done' });
});

test('as many jobs run at once as this process has hands, and no more', async () => {
  const both = Promise.withResolvers<void>();
  let now = 0;
  let most = 0;
  const queue = await open(
    job(async ({ progress }) => {
      now += 1;
      most = Math.max(most, now);
      if (now === 2) both.resolve();
      await both.promise;
      await progress(0, undefined, 'busy');
      now -= 1;
    }),
    { concurrency: 2, sweepMs: LONG_MS },
  );
  const jobs = await Promise.all(Array.from({ length: 8 }, () => start(queue)));
  await Promise.all(jobs.map(({ id }) => ended(queue, id)));
  expect(most).toBe(2);
});

describe('ending early', () => {
  test('cancelling a running job aborts its signal', async () => {
    const queue = await open(job(({ signal }) => untilTold(signal)));
    const { id } = await start(queue);
    await seen(queue, id, ({ state }) => state === 'running');
    await queue.cancel(tenantId, id);
    expect(await ended(queue, id)).toMatchObject({ state: 'cancelled', error: { code: 'CANCELLED' } });
  });

  test('a cancel asked in another process arrives with the heartbeat', async () => {
    const queue = await open(
      job(({ signal }) => untilTold(signal)),
      { leaseMs: 300 },
    );
    const elsewhere = await open(
      job(async () => undefined),
      { concurrency: 0 },
    );
    const { id } = await start(queue);
    await seen(queue, id, ({ state }) => state === 'running');
    await elsewhere.cancel(tenantId, id);
    expect(await ended(elsewhere, id)).toMatchObject({ state: 'cancelled' });
  });

  test('a job that outlives its deadline has failed', async () => {
    const queue = await open(job(({ signal }) => untilTold(signal), { deadlineMs: 50 }));
    const { id } = await start(queue);
    expect(await ended(queue, id)).toMatchObject({ state: 'failed', error: { code: 'TIMEOUT_OPERATION' } });
  });

  test('a job cut off in the middle of an act is unknown, not failed', async () => {
    const queue = await open(
      job(
        ({ step, signal }) =>
          step('make', { marker: () => ({}), act: () => untilTold(signal), observe: async () => ({ is: 'unknown' }) }),
        { deadlineMs: 1_500 },
      ),
    );
    const { id } = await start(queue);
    expect(await ended(queue, id)).toMatchObject({ state: 'unknown', error: { code: 'TIMEOUT_OPERATION' } });
  });
});

describe('trouble', () => {
  test('a home that is away puts the job back in the queue with the reason', async () => {
    const away = new Fault('CONNECTION_FAILED', 'the home does not answer');
    const queue = await open(
      job(async () => 'never'),
      { openHome: () => Promise.reject(away) },
    );
    const { id } = await start(queue);
    await seen(queue, id, ({ state, error }) => state === 'queued' && error !== undefined);
    expect(await queue.get(tenantId, id)).toMatchObject({ attempt: 1, error: { code: 'CONNECTION_FAILED' } });
  });

  test('a home that is away for good fails the job', async () => {
    const away = new Fault('CONNECTION_FAILED', 'the home does not answer');
    const queue = await open(
      job(async () => 'never'),
      { openHome: () => Promise.reject(away) },
    );
    const { id } = await start(queue, { maxAttempts: 1 });
    expect(await ended(queue, id)).toMatchObject({ state: 'failed', error: { code: 'CONNECTION_FAILED' } });
  });

  test('whoever may not ask any more at the claim gets no run', async () => {
    const queue = await open(
      job(async () => 'never'),
      {
        admit: () => Promise.reject(new Fault('EFFECT_NOT_ALLOWED', 'the connector was revoked')),
      },
    );
    const { id } = await start(queue);
    expect(await ended(queue, id)).toMatchObject({ state: 'failed', error: { code: 'EFFECT_NOT_ALLOWED' } });
  });

  test('a result that cannot be kept fails the job and not the runner', async () => {
    const queue = await open(job(async () => ({ huge: 1n })));
    const { id } = await start(queue);
    expect(await ended(queue, id)).toMatchObject({ state: 'failed', error: { code: 'INTERNAL_UNEXPECTED' } });
  });

  test('a bug in a job fails that job, and the next one runs', async () => {
    let isFirst = true;
    const queue = await open(
      job(async () => {
        if (!isFirst) return 'fine';
        isFirst = false;
        throw new TypeError('x is not a function');
      }),
    );
    const broken = await start(queue);
    expect(await ended(queue, broken.id)).toMatchObject({ state: 'failed', error: { code: 'INTERNAL_UNEXPECTED' } });
    expect(await ended(queue, (await start(queue)).id)).toMatchObject({ state: 'done' });
  });

  test('kinds and arguments that do not exist are refused before anything is stored', async () => {
    const queue = await open(job(async () => undefined));
    const facts = { tenantId, homeId: newId(), actor: SYSTEM_ACTOR };
    await expect(queue.enqueue({ ...facts, kind: 'nope', args: {} })).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
    });
    await expect(queue.enqueue({ ...facts, kind: 'test', args: { m: 1 } })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
    expect(await queue.list(tenantId)).toEqual([]);
  });
});

describe('changing hands', () => {
  test('a runner whose lease was taken ends its work and leaves the row to the new one', async () => {
    const gone = Promise.withResolvers<void>();
    const queue = await open(
      job(async ({ signal }) => {
        await untilTold(signal).catch(() => undefined);
        gone.resolve();
        return 'late';
      }),
      { leaseMs: 300, sweepMs: LONG_MS },
    );
    const { id } = await start(queue);
    await seen(queue, id, ({ state }) => state === 'running');
    // In one statement: between a requeue and a claim the runner itself might take the row again.
    await tenantTrx(database.db, tenantId, (trx) =>
      jobTables(trx)
        .updateTable('job')
        .set({ worker: 'other', attempt: 2, lease_until: new Date(Date.now() + 3_600_000) })
        .where('id', '=', id)
        .execute(),
    );
    await gone.promise;
    await queue.stop(LONG_MS);
    expect(await queue.get(tenantId, id)).toMatchObject({ state: 'running', worker: 'other', result: undefined });
  });

  test('an attempt that lost its job and ends late leaves alone the one that runs by then in the same process', async () => {
    const [late, again] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const metrics = createMetrics({ version: '0', service: 'hub', jobKinds: new Set(['test']) });
    const queue = await open(
      job(({ attempt, signal }) => {
        if (attempt === 1) return late.promise;
        again.resolve();
        return untilTold(signal);
      }),
      { leaseMs: 300, metrics },
    );
    const { id } = await start(queue);
    await seen(queue, id, ({ state }) => state === 'running');
    await tenantTrx(database.db, tenantId, (trx) =>
      jobTables(trx)
        .updateTable('job')
        .set({ state: 'queued', worker: null, lease_until: null })
        .where('id', '=', id)
        .execute(),
    );
    await again.promise;
    late.resolve();
    await expect.poll(() => metrics.render()).toContain('hub_job_duration_seconds_count{job_kind="test"} 1');
    await queue.stop(0);
    expect(await queue.get(tenantId, id)).toMatchObject({ state: 'queued', attempt: 2 });
  });

  test('the job of a runner that fell silent is taken up by the sweep', async () => {
    const metrics = createMetrics({ version: '0', service: 'hub' });
    const idle = await open(
      job(async () => undefined),
      { concurrency: 0, metrics },
    );
    const { id } = await start(idle);
    await claimJob(database.db, { worker: 'dead', kinds: ['test'], leaseMs: -1 });
    const queue = await open(
      job(async ({ attempt }) => ({ attempt })),
      { metrics },
    );
    expect(await ended(queue, id)).toMatchObject({ state: 'done', result: { attempt: 2 } });
    expect(await metrics.render()).toContain('hub_job_takeovers_total 1\n');
  });

  test('the only process takes up at its start what a crash left running', async () => {
    const idle = await open(
      job(async () => undefined),
      { concurrency: 0 },
    );
    const { id } = await start(idle);
    await claimJob(database.db, { worker: 'dead', kinds: ['test'], leaseMs: LONG_MS });
    const metrics = createMetrics({ version: '0', service: 'hub' });
    const queue = await open(
      job(async () => 'again'),
      { isAlone: true, metrics },
    );
    expect(await ended(queue, id)).toMatchObject({ state: 'done', result: 'again' });
    expect(await metrics.render()).toContain('hub_job_takeovers_total 1\n');
  });

  test('stopping hands a running job back, and its next run observes the open act and does not repeat it', async () => {
    const acts: number[] = [];
    const making = job(({ step, signal, attempt }) =>
      step('make', {
        marker: () => ({ name: 'one of a kind' }),
        async act() {
          acts.push(attempt);
          return untilTold(signal);
        },
        observe: async (marker) => ({ is: 'done', result: { found: marker['name'] } }),
      }),
    );
    const first = await open(making);
    const { id } = await start(first);
    await seen(first, id, ({ state }) => state === 'running');
    await expect.poll(() => acts).toEqual([1]);
    await first.stop(0);
    expect(await first.get(tenantId, id)).toMatchObject({ state: 'queued', worker: undefined });
    const second = await open(making);
    expect(await ended(second, id)).toMatchObject({ state: 'done', result: { found: 'one of a kind' }, attempt: 2 });
    expect(acts).toEqual([1]);
  });

  test('work over many homes leaves the only hand to the jobs it waits for, which get no second one', async () => {
    const inside = { now: 0, most: 0 };
    const oneHome = job(async () => {
      inside.most = Math.max(inside.most, ++inside.now);
      await untilQueued;
      inside.now -= 1;
      return 'made';
    });
    const all = Promise.withResolvers<void>();
    const untilQueued = all.promise;
    const many = job(
      async () => {
        const children = [await start(queue), await start(queue)];
        all.resolve();
        for (const { id } of children) await ended(queue, id);
        return 'all made';
      },
      { kind: 'test.many', isFleet: true, isExclusive: false },
    );
    const queue = await open([oneHome, many], { concurrency: 1 });
    const fleet = { tenantId, homeId: undefined, kind: 'test.many', args: {}, actor: SYSTEM_ACTOR };
    const { job: begun } = await queue.enqueue(fleet);
    expect(await ended(queue, begun.id)).toMatchObject({ state: 'done', result: 'all made' });
    expect(inside.most).toBe(1);
  });

  test('upkeep has a hand of its own, in hubs alone: it waits for no other work, and one follows the other', async () => {
    const free = Promise.withResolvers<void>();
    const inside = { now: 0, most: 0 };
    const ofHome = job(() => free.promise);
    const many = job(() => free.promise, { kind: 'test.many', isFleet: true, isExclusive: false });
    const upkeep = job(
      async ({ records }) => {
        inside.most = Math.max(inside.most, ++inside.now);
        await records.sealAudit();
        inside.now -= 1;
      },
      { kind: 'test.upkeep', isUpkeep: true, isExclusive: false },
    );
    const all = [ofHome, many, upkeep];
    const of = { tenantId, homeId: undefined, args: {}, actor: SYSTEM_ACTOR };
    const workers = await open(all, { runs: 'homes' });
    const left = (await workers.enqueue({ ...of, kind: 'test.upkeep' })).job;
    await swept();
    expect(await workers.get(tenantId, left.id)).toMatchObject({ state: 'queued', attempt: 0 });
    await workers.stop(0);
    const hub = await open(all, { concurrency: 1 });
    expect(await ended(hub, left.id)).toMatchObject({ state: 'done' });
    const busy = [await start(hub), (await hub.enqueue({ ...of, kind: 'test.many' })).job];
    for (const { id } of busy) await seen(hub, id, ({ state }) => state === 'running');
    const jobs = await Promise.all([1, 2, 3].map(() => hub.enqueue({ ...of, kind: 'test.upkeep' })));
    for (const { job: one } of jobs) expect(await ended(hub, one.id)).toMatchObject({ state: 'done' });
    expect(inside.most).toBe(1);
    free.resolve();
    for (const { id } of busy) await ended(hub, id);
  });

  test('those that only watch have hands of their own, in hubs alone: they hold up no work over many homes, and no upkeep', async () => {
    const free = Promise.withResolvers<void>();
    const watch = job(() => free.promise, { kind: 'test.watch', isWatch: true, isExclusive: false });
    const quick = { run: async () => 'made' };
    const many = job(quick.run, { kind: 'test.many', isFleet: true, isExclusive: false });
    const upkeep = job(quick.run, { kind: 'test.upkeep', isUpkeep: true, isExclusive: false });
    const all = [job(quick.run), many, upkeep, watch];
    const of = { tenantId, homeId: undefined, args: {}, actor: SYSTEM_ACTOR };
    const workers = await open(all, { runs: 'homes' });
    const begun = (await workers.enqueue({ ...of, kind: 'test.watch' })).job;
    await swept();
    expect(await workers.get(tenantId, begun.id)).toMatchObject({ state: 'queued', attempt: 0 });
    await workers.stop(0);
    const hub = await open(all, { concurrency: 1 });
    await seen(hub, begun.id, ({ state }) => state === 'running');
    for (const kind of ['test.many', 'test.upkeep']) {
      expect(await ended(hub, (await hub.enqueue({ ...of, kind })).job.id)).toMatchObject({ state: 'done' });
    }
    expect(await ended(hub, (await start(hub)).id)).toMatchObject({ state: 'done' });
    free.resolve();
    expect(await ended(hub, begun.id)).toMatchObject({ state: 'done' });
  });

  test('a hub that runs no job of a home does upkeep, and begins it at once', async () => {
    const upkeep = job(async () => 'tidy', { kind: 'test.upkeep', isUpkeep: true, isExclusive: false });
    const hub = await open(upkeep, { runs: 'fleet', concurrency: 0, sweepMs: LONG_MS });
    const of = { tenantId, homeId: undefined, kind: 'test.upkeep', args: {}, actor: SYSTEM_ACTOR };
    const { job: begun } = await hub.enqueue(of);
    expect(await hub.follow(tenantId, begun.id, LONG_MS / 2)).toMatchObject({ state: 'done', result: 'tidy' });
  });

  test('stopping lets the act under way end and begins no other; the next run goes on behind it', async () => {
    const told = Promise.withResolvers<string>();
    const acts: string[] = [];
    const making = job(async ({ step, attempt }) => {
      for (const name of ['first', 'second']) {
        await step(name, {
          marker: () => ({}),
          async act() {
            acts.push(`${name} ${attempt}`);
            await told.promise;
          },
          observe: async () => ({ is: 'unknown' }),
        });
      }
      return 'made';
    });
    const leaving = await open(making);
    const { id } = await start(leaving);
    await expect.poll(() => acts).toEqual(['first 1']);
    const stopped = leaving.stop(LONG_MS);
    told.resolve('go on');
    await stopped;
    expect(await leaving.get(tenantId, id)).toMatchObject({ state: 'queued' });
    expect(await ended(await open(making), id)).toMatchObject({ state: 'done', result: 'made' });
    expect(acts).toEqual(['first 1', 'second 2']);
  });

  test('stopping waits for a job that ends in time', async () => {
    const told = Promise.withResolvers<string>();
    const queue = await open(job(() => told.promise));
    const { id } = await start(queue);
    await seen(queue, id, ({ state }) => state === 'running');
    const stopped = queue.stop(LONG_MS);
    told.resolve('in time');
    await stopped;
    expect(await queue.get(tenantId, id)).toMatchObject({ state: 'done', result: 'in time' });
  });
});

describe('following', () => {
  test('ends after its time with the job as it is', async () => {
    const queue = await open(job(({ signal }) => untilTold(signal)));
    const { id } = await start(queue);
    await seen(queue, id, ({ state }) => state === 'running');
    expect(await queue.follow(tenantId, id, 1)).toMatchObject({ state: 'running' });
  });

  test('sees the end of a job that runs in another process', async () => {
    const told = Promise.withResolvers<string>();
    const elsewhere = await open(job(() => told.promise));
    const queue = await open(
      job(async () => undefined),
      { concurrency: 0 },
    );
    const { id } = await start(queue);
    await seen(elsewhere, id, ({ state }) => state === 'running');
    const end = ended(queue, id);
    told.resolve('from elsewhere');
    expect(await end).toMatchObject({ state: 'done', result: 'from elsewhere' });
  });

  test('a job that is not there is undefined', async () => {
    const queue = await open(job(async () => undefined));
    expect(await queue.follow(tenantId, newId(), LONG_MS)).toBeUndefined();
  });
});

describe('the jobs of one connector', () => {
  const callerOf = (connectorId: string) => ({
    ...{ tenantId, connectorId, homeId: newId(), actor: SYSTEM_ACTOR },
    ...{ tool: 'ha_test', effect: 'system' as const },
  });

  test('are started, found and followed by it alone', async () => {
    const queue = await open(job(async () => 'mine'));
    const port = createJobsPort(queue, callerOf(newId()));
    const { id } = await port.start('test', {});
    expect(await port.follow(id, LONG_MS)).toMatchObject({ state: 'done', result: 'mine' });
    const other = createJobsPort(queue, callerOf(newId()));
    expect(await other.get(id)).toBeUndefined();
    await expect(other.follow(id, LONG_MS)).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
  });

  test('are listed and ended by it alone', async () => {
    const queue = await open(job(({ signal }) => untilTold(signal)));
    const [port, other] = [createJobsPort(queue, callerOf(newId())), createJobsPort(queue, callerOf(newId()))];
    const { id } = await port.start('test', {});
    await seen(queue, id, ({ state }) => state === 'running');
    expect((await port.list({ states: ['running'] })).map((one) => one.id)).toEqual([id]);
    expect(await port.list({ states: ['done'] })).toEqual([]);
    expect(await other.list()).toEqual([]);
    expect(await other.cancel(id)).toBeUndefined();
    expect(await port.cancel(id)).toMatchObject({ id });
    expect(await port.follow(id, LONG_MS)).toMatchObject({ state: 'cancelled' });
  });

  test('an id that is none is no job', async () => {
    const port = createJobsPort(await open(job(async () => 'mine')), callerOf(newId()));
    expect(await port.get('nightly backup')).toBeUndefined();
  });

  test('the same key gives each connector its own job', async () => {
    const queue = await open(job(({ signal }) => untilTold(signal)));
    const [one, two] = [createJobsPort(queue, callerOf(newId())), createJobsPort(queue, callerOf(newId()))];
    const first = await one.start('test', {}, { dedupKey: 'backup' });
    expect((await one.start('test', {}, { dedupKey: 'backup' })).id).toBe(first.id);
    expect((await two.start('test', {}, { dedupKey: 'backup' })).id).not.toBe(first.id);
  });
});

test('ends and backlog are counted', async () => {
  const metrics = createMetrics({ version: '0', service: 'hub', jobKinds: new Set(['test']) });
  const queue = await open(
    job(async () => undefined),
    { metrics },
  );
  await ended(queue, (await start(queue)).id);
  const ofLater = { tenantId, homeId: newId(), kind: 'test', args: {}, actor: SYSTEM_ACTOR };
  await queue.enqueue({ ...ofLater, runAt: new Date(Date.now() + 3_600_000) });
  const text = await metrics.render();
  expect(text).toContain('hub_queue_jobs{state="later"} 1');
  expect(text).toContain('hub_queue_job_age_seconds 0');
  expect(text).toContain('hub_jobs_finished_total{job_kind="test",outcome="done"} 1');
  expect(text).toContain('hub_job_start_delay_seconds_count{job_kind="test"} 1');
  expect(text).toContain('hub_job_duration_seconds_count{job_kind="test"} 1');
  expect(text).toContain('hub_queue_jobs{state="queued"} 0');
});

test('upkeep that waits, which nobody waits for, is no sign that jobs begin late', async () => {
  const facts = { version: '0', service: 'hub' as const, jobKinds: new Set(['test', 'test.upkeep']) };
  const metrics = createMetrics(facts);
  const upkeep = job(async () => undefined, { kind: 'test.upkeep', isUpkeep: true, isExclusive: false });
  const of = { tenantId, homeId: undefined, args: {}, actor: SYSTEM_ACTOR };
  const asleep = createQueue({
    ...{ db: database.db, jobs: [upkeep, job(async () => undefined)], metrics, workerId: newId() },
    ...{ log: createLogger({ name: 'test', level: 'silent', to: 'stdout' }), openHome: async () => quietHome },
    ...{ concurrency: 0, isAlone: false },
  });
  queues.push(asleep);
  const due = { ...of, runAt: new Date(Date.now() - 900_000) };
  await asleep.enqueue({ ...due, kind: 'test.upkeep' });
  expect(await metrics.render()).toMatch(/hub_queue_job_age_seconds 0\n/);
  await asleep.enqueue({ ...due, kind: 'test' });
  expect(await metrics.render()).toMatch(/hub_queue_job_age_seconds 9\d\d/);
  const later = createMetrics(facts);
  const hub = await open(upkeep, { metrics: later });
  await ended(hub, (await hub.enqueue({ ...due, kind: 'test.upkeep' })).job.id);
  const text = await later.render();
  expect(text).toMatch(/hub_jobs_finished_total{job_kind="test.upkeep",outcome="done"} [12]\n/);
  expect(text).not.toMatch(/hub_job_start_delay_seconds_count{job_kind="test.upkeep"} [1-9]/);
});
