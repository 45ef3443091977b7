import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Trx } from '@hub/db/database.ts';
import { tenantTrx } from '@hub/db/doors.ts';
import { claimJob } from '@hub/db/job-claims.ts';
import { jobTables } from '@hub/db/job-record.ts';
import { addSchedule, removeSchedule } from '@hub/db/schedules.ts';
import { findTenant } from '@hub/db/tenants.ts';
import { type SimulatedHome, startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OPERATOR } from '../api/operator.ts';
import { lookForProblems } from '../notify/watch-problems.ts';
import { type AdminHub, startAdminHub } from '../testing/admin-hub.ts';
import { runHere } from '../testing/run-cli.ts';
import { startDue } from './run-schedules.ts';

let hub: AdminHub;
let home: SimulatedHome;
beforeAll(async () => {
  [hub, home] = [
    await startAdminHub({ SWEEP_MINUTES: '0', JOBS_AT_ONCE: '0', BACKUP_STORE: join(tmpdir(), 'no-backups') }),
    await startSimulatedHome({ name: 'Cabin' }),
  ];
  await hub.ask('POST', '/tenants', { name: 'Fjord', slug: 'fjord' });
  await hub.ask('POST', '/tenants/fjord/homes', { url: home.url, token: home.token });
});
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
  await home.close();
});

const env = () => ({ HUB_URL: hub.base, HUB_ADMIN_KEY: hub.key });
const run = (...args: string[]) => runHere(['schedules', ...args], { env: env() });
const fjord = async () => (await findTenant(hub.database.db, 'fjord'))?.id ?? '';
const schedules = async () => (await hub.ask('GET', '/tenants/fjord/schedules')).body.schedules;
const overdue = async () =>
  (await schedules()).filter(({ nextAt }: { nextAt: string }) => new Date(nextAt).getTime() <= Date.now());
/** Until nothing is due: the hub looks by itself as well, and may be at it. */
const start = () =>
  expect
    .poll(
      async () => {
        await startDue(hub.database.db, hub.deps.queue, hub.deps.log);
        return overdue();
      },
      { timeout: 60_000 },
    )
    .toEqual([]);
const jobsNow = async () => (await hub.ask('GET', '/tenants/fjord/jobs')).body.jobs;
const inFjord = async (change: (trx: Trx) => Promise<unknown>) => tenantTrx(hub.database.db, await fjord(), change);
const due = (at: Date) => inFjord((trx) => trx.updateTable('schedule').set({ next_at: at }).execute());
const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000);

test('only what makes sense with nobody there can be scheduled, with the arguments of its job', async () => {
  const add = (body: object) =>
    hub.ask('POST', '/tenants/fjord/schedules', { name: 'x', home: 'cabin', cron: '0 2 * * *', ...body });
  expect(await add({ kind: 'core.restart' })).toMatchObject({ status: 400 });
  expect(await add({ kind: 'update.install-pending' })).toMatchObject({ status: 400 });
  expect(await add({ kind: 'backup.create', args: { name: 'the same each night' } })).toMatchObject({ status: 400 });
  const drill = ['--home', 'cabin', '--cron', '0 12 1 * *', '--job', 'backup.drill', '--args', '{"isDeep":false}'];
  expect(await run('add', 'drill', ...drill)).toMatchObject({ code: 0 });
  expect(await schedules()).toMatchObject([{ name: 'drill', kind: 'backup.drill', args: { isDeep: false } }]);
  await due(ago(0.01));
  await start();
  expect(await jobsNow()).toMatchObject([{ kind: 'backup.drill', state: 'queued' }]);
  await run('remove', 'drill');
  await inFjord((trx) => jobTables(trx).deleteFrom('job').execute());
});

test('a drill is refused where no backups are stored', async () => {
  await using bare = await startAdminHub({ SWEEP_MINUTES: '0' });
  await bare.ask('POST', '/tenants', { name: 'Fjord', slug: 'fjord' });
  const { id } = (
    await bare.ask('POST', '/tenants/fjord/homes?check=false', { url: home.url, token: home.token, slug: 'cabin' })
  ).body.home;
  const body = { name: 'drill', home: id, kind: 'backup.drill', cron: '0 12 1 * *' };
  expect((await bare.ask('POST', '/tenants/fjord/schedules', body)).body.error.message).toContain('no store');
});

test('updates wait for a maintenance window and begin nothing after it; backups do not wait', async () => {
  const add = (name: string, kind: string, args: object) =>
    hub.ask('POST', '/tenants/fjord/schedules', { name, kind, args, home: 'cabin', cron: '0 2 * * *' });
  await add('updates', 'update.install-pending', { categories: ['addons'] });
  await add('nightly', 'backup.create', {});
  const windows = (...texts: string[]) =>
    hub.ask('PATCH', '/tenants/fjord/homes/cabin', { maintenanceWindows: texts, timeZone: 'UTC' });
  const day = new Intl.DateTimeFormat('en-GB', { weekday: 'short', timeZone: 'UTC' }).format(ago(-72)).toLowerCase();
  await windows(`${day} 02:00-05:00`);
  await due(ago(0.01));
  await start();
  expect(await jobsNow()).toMatchObject([{ kind: 'backup.create' }]);
  const opensAt = new Date(Math.floor(ago(-72).getTime() / 86_400_000) * 86_400_000 + 2 * 3_600_000).toISOString();
  expect((await schedules())[1]).toMatchObject({ name: 'updates', nextAt: opensAt });
  await windows('daily 00:00-24:00');
  // What waited looks at the new windows at once.
  await start();
  const [job] = (await jobsNow()).filter(({ kind }: { kind: string }) => kind === 'update.install-pending');
  const stored = await inFjord((trx) =>
    jobTables(trx).selectFrom('job').selectAll().where('id', '=', job.id).execute(),
  );
  expect(stored).toMatchObject([{ args: { categories: ['addons'], withBackup: true, notAfter: expect.any(String) } }]);
  await windows();
  for (const name of ['updates', 'nightly']) await run('remove', name);
  await inFjord((trx) => jobTables(trx).deleteFrom('job').execute());
});

test('what somebody asked for goes before what the clock started', async () => {
  await run('add', 'nightly', '--home', 'cabin', '--cron', '30 3 * * *');
  await due(ago(0.01));
  await start();
  const { id } = (await hub.ask('POST', '/tenants/fjord/homes/cabin/backups')).body.job;
  const claimed = await claimJob(hub.database.db, { worker: 'w', kinds: ['backup.create'], leaseMs: 60_000 });
  expect(claimed?.job.id).toBe(id);
  await run('remove', 'nightly');
  await inFjord((trx) => jobTables(trx).deleteFrom('job').execute());
});

test('a run that failed is told, and told to be over once a backup is good, whoever made it', async () => {
  const look = async (now = new Date()) => lookForProblems(hub.database.db, await fjord(), now, 0);
  await run('add', 'nightly', '--home', 'cabin', '--cron', '30 3 * * *');
  await due(ago(0.01));
  await start();
  expect((await look()).filter(({ kind }) => kind.startsWith('schedule'))).toEqual([]);
  const error = JSON.stringify({ code: 'SERVICE_CALL_FAILED', message: 'the disk is full', suggestions: [] });
  const [{ id }] = await jobsNow();
  await inFjord((trx) =>
    jobTables(trx)
      .updateTable('job')
      .set({ state: 'failed', error, created_at: ago(2), finished_at: ago(1) })
      .where('id', '=', id)
      .execute(),
  );
  expect(await look()).toMatchObject([
    { event: 'problem', kind: 'schedule:nightly', text: expect.stringContaining('(the disk is full); none has ended') },
  ]);
  expect((await hub.ask('GET', '/tenants/fjord/fleet')).body.homes[0].problems.join()).toContain('the disk is full');
  const made = { tenantId: await fjord(), homeId: (await hub.ask('GET', '/tenants/fjord/homes/cabin')).body.id };
  const { job } = await hub.deps.queue.enqueue({
    ...made,
    kind: 'backup.create',
    args: {},
    actor: { kind: 'operator' },
  });
  await inFjord((trx) =>
    jobTables(trx)
      .updateTable('job')
      .set({ state: 'done', finished_at: new Date() })
      .where('id', '=', job.id)
      .execute(),
  );
  expect(await look()).toMatchObject([{ event: 'recovered', kind: 'schedule:nightly' }]);
  expect((await schedules())[0].lastGoodAt).toBeDefined();
  const turn = (state: 'active' | 'suspended') => hub.ask('PATCH', '/tenants/fjord', { state });
  await turn('suspended');
  await due(ago(1));
  expect(await look()).toMatchObject([{ text: expect.stringContaining('backup.create could not be started') }]);
  await turn('active');
  await run('remove', 'nightly');
  expect(await look()).toMatchObject([{ event: 'recovered' }]);
  await inFjord((trx) => jobTables(trx).deleteFrom('job').execute());
});

test('a home that gets another clock has its schedules by that one at once, also where it is only added again', async () => {
  const zone = (timeZone: string | null) => hub.ask('PATCH', '/tenants/fjord/homes/cabin', { timeZone });
  await zone('UTC');
  await run('add', 'nightly', '--home', 'cabin', '--cron', '30 3 * * *');
  expect(await schedules()).toMatchObject([{ timeZone: 'UTC', nextAt: expect.stringContaining('T03:30:00') }]);
  await zone('Asia/Tokyo');
  expect(await schedules()).toMatchObject([{ timeZone: 'Asia/Tokyo', nextAt: expect.stringContaining('T18:30:00') }]);
  const again = { url: home.url, token: home.token, timeZone: 'America/Lima' };
  expect(await hub.ask('POST', '/tenants/fjord/homes', again)).toMatchObject({ status: 200 });
  expect(await schedules()).toMatchObject([{ timeZone: 'America/Lima', nextAt: expect.stringContaining('T08:30:00') }]);
  await zone(null);
  await run('remove', 'nightly');
});

test('days that were missed are one start, whoever looks, and the next is ahead', async () => {
  const added = await run('add', 'nightly', '--home', 'cabin', '--cron', '30 3 * * *');
  expect(added).toMatchObject({ code: 0, stdout: expect.stringContaining('nightly starts') });
  expect(await run('add', 'other', '--home', 'cabin', '--cron', 'never')).toMatchObject({ code: 1 });
  const { db } = hub.database;
  const tenantId = (await findTenant(db, 'fjord'))?.id ?? '';
  const lastWeek = new Date(Date.now() - 7 * 24 * 3_600_000);
  await tenantTrx(db, tenantId, (trx) => trx.updateTable('schedule').set({ next_at: lastWeek }).execute());
  await Promise.all([1, 2, 3].map(() => startDue(db, hub.deps.queue, hub.deps.log)));
  await start();
  const { jobs } = (await hub.ask('GET', '/tenants/fjord/jobs')).body;
  expect(jobs).toMatchObject([{ kind: 'backup.create', home: 'cabin', actor: { kind: 'operator' } }]);
  const [schedule] = (await hub.ask('GET', '/tenants/fjord/schedules')).body.schedules;
  expect(new Date(schedule.nextAt).getTime()).toBeGreaterThan(Date.now());
  expect(schedule.lastJobId).toBe(jobs[0].id);
  expect(await run('remove', 'nightly')).toMatchObject({ code: 0 });
  expect((await run('list')).stdout).toBe('No schedules.\n');
});

test('a hundred that cannot start hold up no other, and are tried again later', async () => {
  const { db } = hub.database;
  const tenantId = (await findTenant(db, 'fjord'))?.id ?? '';
  const [{ id: homeId }] = (await hub.ask('GET', '/tenants/fjord/homes')).body.homes;
  const due = { homeId, cron: '30 3 * * *', nextAt: new Date(Date.now() - 60_000) };
  const names = Array.from({ length: 100 }, (_, at) => `unfit-${at}`);
  for (const name of names) await addSchedule(db, tenantId, { ...due, name, kind: 'no.such', args: {} }, OPERATOR);
  const fit = { ...due, name: 'fit', kind: 'backup.create', args: {}, nextAt: new Date(Date.now() - 30_000) };
  await addSchedule(db, tenantId, fit, OPERATOR);
  await start();
  const found = await schedules();
  expect(found).toHaveLength(101);
  expect(found[0]).toMatchObject({ name: 'fit', lastJobId: expect.any(String) });
  for (const name of [...names, 'fit']) await removeSchedule(db, tenantId, name);
});
