import { newId } from '@hub/core/ids.ts';
import { SYSTEM_ACTOR } from '@hub/db/actor.ts';
import { writeBatch } from '@hub/db/audit.ts';
import { dropAudit, sealAudit, verifyAudit } from '@hub/db/audit-seals.ts';
import { tenantTrx } from '@hub/db/doors.ts';
import { countLook } from '@hub/db/home-report.ts';
import { registerHome } from '@hub/db/homes.ts';
import { jobTables } from '@hub/db/job-record.ts';
import { enqueueJob } from '@hub/db/jobs.ts';
import { findTenant } from '@hub/db/tenants.ts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type AdminHub, startAdminHub } from './testing/admin-hub.ts';
import { runHere } from './testing/run-cli.ts';

const HOUR_MS = 3_600_000;

let hub: AdminHub;
let slug: string;
let tenantId: string;
beforeAll(async () => {
  hub = await startAdminHub({ SWEEP_MINUTES: '0' });
});
afterAll(() => hub[Symbol.asyncDispose]());
beforeEach(async () => {
  slug = `fjord-${Math.random().toString(36).slice(2, 10)}`;
  await hub.ask('POST', '/tenants', { name: 'Fjord', slug, owner: 'Anna' });
  tenantId = (await findTenant(hub.database.db, slug))?.id ?? '';
});

const call = (at: Date, homeId?: string) => ({
  ...{ tenantId, callId: newId(), homeId, connectorId: undefined, actor: SYSTEM_ACTOR, tool: 'ha_get_state', at },
  ...{ effect: 'read' as const, decision: 'allow' as const, outcome: 'done' as const, argsSummary: { a: 1 } },
});
/** From the middle of this hour, as rows of one hour are to stay in one while the tests run. */
const base = (Math.floor(Date.now() / HOUR_MS) + 0.5) * HOUR_MS;
const ago = (hours: number) => new Date(base - hours * HOUR_MS);
/** Stored as they were made. */
const write = async (...hours: number[]) => {
  const { db } = hub.database;
  await writeBatch(
    db,
    hours.map((hour) => call(ago(hour))),
  );
  await tenantTrx(db, tenantId, (trx) =>
    trx
      .updateTable('audit')
      .set(({ ref }) => ({ stored_at: ref('at') }))
      .execute(),
  );
};
const verify = (head?: string) => verifyAudit(hub.database.db, tenantId, head);
const seal = () => sealAudit(hub.database.db, tenantId);
const alter = (what: 'audit' | 'delete') =>
  tenantTrx(hub.database.db, tenantId, async (trx) => {
    const row = await trx.selectFrom('audit').select('id').orderBy('at').limit(1).executeTakeFirstOrThrow();
    if (what === 'audit') await trx.updateTable('audit').set({ tool: 'ha_other' }).where('id', '=', row.id).execute();
    else await trx.deleteFrom('audit').where('id', '=', row.id).execute();
  });

test('settled hours are sealed once, and what stands fits', async () => {
  await write(30, 30, 20, 5, 0);
  // The hub's own upkeep may have been first.
  await seal();
  expect(await seal()).toBe(0);
  expect(await verify()).toMatchObject({ seals: 3, rows: 4, dropped: 0, broken: [], newest: { number: 3 } });
});

test.each(['audit', 'delete'] as const)('a row that was altered or removed by hand is found: %s', async (what) => {
  await write(30, 20);
  await seal();
  await alter(what);
  expect((await verify()).broken).toHaveLength(1);
});

test('a row brought in later is found, and a head that is not of this chain', async () => {
  await write(30, 20);
  await seal();
  const { newest } = await verify();
  expect((await verify(newest?.head)).broken).toEqual([]);
  await write(25);
  expect((await verify('0'.repeat(64))).broken).toHaveLength(2);
});

test('what a replica brings after hours without the database is no false alarm, and is sealed with the hour that stored it', async () => {
  await write(30, 5);
  await seal();
  const late = call(ago(29.9));
  await writeBatch(hub.database.db, [late]);
  expect(await verify()).toMatchObject({ seals: 2, rows: 2, broken: [] });
  await tenantTrx(hub.database.db, tenantId, (trx) =>
    trx
      .updateTable('audit')
      .set({ stored_at: ago(3) })
      .where('call_id', '=', late.callId)
      .execute(),
  );
  await seal();
  expect(await verify()).toMatchObject({ seals: 3, rows: 3, broken: [] });
});

test('old rows go under their seals, and the chain stays whole', async () => {
  await write(50, 49, 5);
  await seal();
  expect(await dropAudit(hub.database.db, tenantId, ago(24))).toBe(2);
  expect(await verify()).toMatchObject({ seals: 3, rows: 1, dropped: 2, broken: [] });
});

test('the command line says so, with the exit code', async () => {
  await write(30);
  const run = () =>
    runHere(['audit', 'verify', '--tenant', slug], { env: { HUB_URL: hub.base, HUB_ADMIN_KEY: hub.key } });
  expect(await run()).toMatchObject({ code: 0, stdout: expect.stringContaining('1 rows fit their 1 seals') });
  await alter('audit');
  expect(await run()).toMatchObject({ code: 1 });
});

const cli = (...words: string[]) =>
  runHere([...words, '--tenant', slug, '--json'], { env: { HUB_URL: hub.base, HUB_ADMIN_KEY: hub.key } });

test('sealing is begun and followed by hand, and what came of it stays to be seen', async () => {
  await write(30, 20, 20, 0);
  const run = await cli('audit', 'seal');
  expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining('2 hours sealed') });
  const sealed = { kind: 'audit.seal', state: 'done', actor: { kind: 'operator' }, result: { hours_sealed: 2 } };
  expect(JSON.parse(run.stdout)).toMatchObject(sealed);
  expect(JSON.parse((await cli('jobs', 'list')).stdout).jobs).toMatchObject([sealed]);
  expect(await verify()).toMatchObject({ seals: 2, rows: 3, broken: [] });
});

test('what is kept no longer goes by hand as well, by the limits of the hub', async () => {
  await write(401 * 24, 5);
  await seal();
  const run = await cli('retention', 'apply');
  expect(run.code).toBe(0);
  expect(JSON.parse(run.stdout)).toMatchObject({
    ...{ kind: 'retention.apply', state: 'done', result: { edits_removed: 0, audit_rows_removed: 1 } },
  });
  expect(await verify()).toMatchObject({ rows: 1, dropped: 1, broken: [] });
});

test('an unfinished job of upkeep is given to whoever asks again', async () => {
  await tenantTrx(hub.database.db, tenantId, async (trx) => {
    const of = { tenantId, homeId: undefined, kind: 'audit.seal', args: {}, isExclusive: false, actor: SYSTEM_ACTOR };
    const { id } = (await enqueueJob(trx, { ...of, dedupKey: 'audit.seal' })).job;
    const atOther = { state: 'running' as const, worker: 'another hub', lease_until: new Date(Date.now() + HOUR_MS) };
    await jobTables(trx).updateTable('job').set(atOther).where('id', '=', id).execute();
  });
  const { body } = await hub.ask('POST', `/tenants/${slug}/audit/seal`, {});
  expect(body).toMatchObject({ isNew: false, job: { state: 'running', actor: { kind: 'system' } } });
});

test('where looks are turned off, none can be asked for', async () => {
  const { status, body } = await hub.ask('POST', `/tenants/${slug}/fleet/sweep`, {});
  expect([status, body.error.code]).toEqual([400, 'CONFIG_INVALID']);
  expect(body.error.suggestion).toContain('SWEEP_MINUTES');
});

test('a month of each home comes as CSV that no spreadsheet calculates', async () => {
  const { db, vault } = hub.database;
  const link = { url: 'http://127.0.0.1:9', token: 'x' };
  const { home } = await registerHome(db, vault, tenantId, { slug: 'cabin', name: '=1+1, "x"', link }, SYSTEM_ACTOR);
  for (const isRunning of [true, true, true, false]) await countLook(db, tenantId, home.id, isRunning);
  await writeBatch(db, [call(new Date(), home.id)]);
  const run = await runHere(['report', '--tenant', slug], { env: { HUB_URL: hub.base, HUB_ADMIN_KEY: hub.key } });
  const [heads, line] = run.stdout.split('\r\n');
  expect(heads).toMatch(/^home,name,month,availability_pct,looks/);
  expect(line).toBe(`cabin,"'=1+1, ""x""",${new Date().toISOString().slice(0, 7)},75.00,4,,1,0,0,0,0,0`);
  // Nothing of it is kept any more, which is not the same as none.
  const empty = await hub.ask('GET', `/tenants/${slug}/report?month=2020-01`);
  expect(empty.text).toContain(',2020-01,,0,,,,,,0,0\r\n');
  expect((await hub.ask('GET', `/tenants/${slug}/report?month=2020-13`)).status).toBe(400);
});

test('updates are counted whichever way they were made, and what was installed anew is none', async () => {
  const { db, vault } = hub.database;
  const link = { url: 'http://127.0.0.1:9', token: 'x' };
  const { home } = await registerHome(db, vault, tenantId, { slug: 'cabin', name: 'Cabin', link }, SYSTEM_ACTOR);
  const done = async (kind: string, args: object, result: object, from?: string | null) => {
    const of = { tenantId, homeId: home.id, kind, args, isExclusive: true, actor: SYSTEM_ACTOR };
    await tenantTrx(db, tenantId, async (trx) => {
      const { id } = (await enqueueJob(trx, { ...of, runAt: new Date(Date.now() + HOUR_MS) })).job;
      const end = { state: 'done' as const, result: JSON.stringify(result), finished_at: new Date() };
      await jobTables(trx).updateTable('job').set(end).where('id', '=', id).execute();
      if (from === undefined) return;
      const marker = JSON.stringify({ fullName: 'a/b', from, to: '2' });
      const step = { job_id: id, tenant_id: tenantId, name: 'install', marker, state: 'done' as const };
      await jobTables(trx).insertInto('job_step').values(step).execute();
    });
  };
  await done('update.install', { entityId: 'update.core' }, {});
  await done('update.install-pending', { categories: ['hacs'] }, { installed: [{}, {}], left: [] });
  const several = { results: ['installed', 'failed', 'installed', 'unknown'].map((status) => ({ status })) };
  await done('update.install-several', { entityIds: ['update.a'], backupFirst: 'everything' }, several);
  await done('app.act', { slug: 'core_ssh', action: 'update' }, {});
  await done('app.act', { slug: 'core_ssh', action: 'install' }, {});
  await done('store.install', { repositoryId: '1' }, {}, '1');
  await done('store.install', { repositoryId: '2' }, {}, null);
  await done('backup.create', {}, {});
  const { text } = await hub.ask('GET', `/tenants/${slug}/report`);
  // updates, backups, problems, open problems
  expect(text).toMatch(/\r\ncabin,.*,7,1,0,0\r\n$/);
});
