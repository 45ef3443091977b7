import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SYSTEM_ACTOR } from '@hub/db/actor.ts';
import { beginBackup, settleBackup } from '@hub/db/backups.ts';
import { findTenant } from '@hub/db/tenants.ts';
import { type SimulatedHome, startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AdminHub, startAdminHub } from '../testing/admin-hub.ts';
import { runHere } from '../testing/run-cli.ts';

let dir: string;
let hub: AdminHub;
let home: SimulatedHome;
let homeId: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hub-backups-'));
  hub = await startAdminHub({ SWEEP_MINUTES: '0', BACKUP_STORE: join(dir, 'store') });
  home = await startSimulatedHome({ name: 'Cabin' });
  await hub.ask('POST', '/tenants', { name: 'Fjord', slug: 'fjord' });
  const added = await hub.ask('POST', '/tenants/fjord/homes', { url: home.url, token: home.token });
  homeId = added.body.home.id;
});
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
  await home.close();
  await rm(dir, { recursive: true });
});

const run = (...args: string[]) =>
  runHere(['backups', ...args, '--tenant', 'fjord'], { env: { HUB_URL: hub.base, HUB_ADMIN_KEY: hub.key } });
const listed = async (ref = 'cabin') => (await hub.ask('GET', `/tenants/fjord/homes/${ref}/backups`)).body.backups;
/** The home's own file, as it would be downloaded there. */
async function homesOwn(haBackupId: string): Promise<Buffer> {
  const url = `${home.url}/api/backup/download/${haBackupId}?agent_id=backup.local`;
  const answer = await fetch(url, { headers: { authorization: `Bearer ${home.token}` } });
  return Buffer.from(await answer.arrayBuffer());
}
const fileOf = (id: string) =>
  readdir(join(dir, 'store'), { recursive: true }).then((all) => all.filter((one) => one.includes(id)));

test('a backup is made, stored, checked, and opened by its owner with the kit and nothing of the hub', async () => {
  expect(await run('create', 'cabin', '--watch')).toMatchObject({ code: 0 });
  const [{ id, haBackupId, state }] = await listed();
  expect(state).toBe('stored');
  expect(await run('verify', 'cabin', '--watch')).toMatchObject({ code: 0 });
  expect((await listed())[0].checkedAt).toBeDefined();
  const kit = join(dir, 'kit.mjs');
  expect(await run('kit', 'cabin', '--to', kit)).toMatchObject({ code: 0, stdout: expect.stringContaining(kit) });
  expect((await stat(kit)).mode & 0o777).toBe(0o600);
  expect(await run('kit', 'cabin', '--to', kit)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('there already'),
  });
  const [sealed = ''] = await fileOf(id);
  await promisify(execFile)(process.execPath, [kit, join(dir, 'store', sealed), join(dir, 'opened.tar')], { env: {} });
  expect((await readFile(join(dir, 'opened.tar'))).equals(await homesOwn(haBackupId))).toBe(true);
}, 60_000);

test('a restore asks to be meant, and for a backup that is there', async () => {
  const [{ id }] = await listed();
  expect(await run('restore', 'cabin', id)).toMatchObject({ code: 2, stderr: expect.stringContaining('add --yes') });
  expect(await run('restore', 'cabin', 'ffff', '--yes')).toMatchObject({ code: 1 });
  const path = `/tenants/fjord/homes/cabin/backups/${id}/restore`;
  expect((await hub.ask('POST', path, { confirm: false })).status).toBe(400);
  const { jobs } = (await hub.ask('GET', '/tenants/fjord/jobs?kind=backup.restore')).body;
  expect(jobs).toEqual([]);
});

test('the rules of the home say how many stay', async () => {
  expect((await run('keep', 'cabin', '--last', '1', '--daily', '0', '--weekly', '0')).stdout).toContain('the last 1');
  const [older] = await listed();
  expect(await run('create', 'cabin', '--watch')).toMatchObject({ code: 0 });
  const [newer, ...others] = await listed();
  expect(others).toEqual([]);
  expect(newer.id).not.toBe(older.id);
  expect(await fileOf(older.id)).toEqual([]);
  expect(await fileOf(newer.id)).toHaveLength(1);
}, 60_000);

test('what a job is to read later stays, whatever the rules say', async () => {
  const [{ id: needed }] = await listed();
  const drill = await run('drill', 'cabin', needed, '--at', '+2h', '--json');
  const { job } = JSON.parse(drill.stdout);
  expect(await run('create', 'cabin', '--watch')).toMatchObject({ code: 0 });
  expect((await listed()).map(({ id }: { id: string }) => id)).toContain(needed);
  await hub.ask('POST', `/tenants/fjord/jobs/${job.id}/cancel`);
  expect(await run('create', 'cabin', '--watch')).toMatchObject({ code: 0 });
  expect(await listed()).toHaveLength(1);
}, 60_000);

test('a backup is asked for by the clock of its home, and told with its zone until it begins or is called off', async () => {
  await hub.ask('PATCH', '/tenants/fjord/homes/cabin', { timeZone: 'Asia/Kolkata' });
  const told = await run('create', 'cabin', '--at', '02:30');
  expect(told).toMatchObject({
    stdout: expect.stringMatching(/^It begins \d{4}-\d\d-\d\d 02:30 \(Asia\/Kolkata\)\. Follow it: hub jobs watch /),
  });
  const [job] = (await hub.ask('GET', '/tenants/fjord/jobs?state=queued')).body.jobs;
  expect(job).toMatchObject({ kind: 'backup.create', beginsAt: expect.stringMatching(/T21:00:00/) });
  expect((await run('create', 'cabin', '--at', '02:30')).stdout).toMatch(/^One is already to begin /);
  const other = JSON.parse((await run('create', 'cabin', '--at', '02:30', '--name', 'Other', '--json')).stdout);
  expect(other).toMatchObject({ isNew: true });
  await hub.ask('POST', `/tenants/fjord/jobs/${other.job.id}/cancel`);
  const jobs = (...args: string[]) =>
    runHere(['jobs', ...args, '--tenant', 'fjord'], { env: { HUB_URL: hub.base, HUB_ADMIN_KEY: hub.key } });
  expect((await jobs('list')).stdout).toMatch(/queued +begins \d{4}/);
  expect((await jobs('show', job.id)).stdout).toMatch(/Begins +\d{4}/);
  expect((await jobs('cancel', job.id)).stdout).toBe('It is cancelled.\n');
  expect(await run('create', 'cabin', '--at', 'tonight')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/--at/),
  });
  for (const [at, why] of [
    ['+31d', '--at +31d is more than 30 days away'],
    ['2020-01-01T02:30', '--at 2020-01-01T02:30 is in the past'],
    ['2026-12-01T02:30+99:00', '--at wants a time such as 02:30, 2026-12-01T02:30 or +2h'],
  ] as const) {
    const stderr = `hub: ${why}\n  → add --help for what it takes\n`;
    expect(await run('create', 'cabin', '--at', at)).toMatchObject({ code: 2, stderr });
  }
});

test('whoever watches what begins later is told its id first, and that it was there already', async () => {
  const soon = `${new Date(Date.now() + 5_000).toISOString().slice(0, 19)}Z`;
  const { job } = JSON.parse((await run('create', 'cabin', '--at', soon, '--json')).stdout);
  const how = `Follow it: hub jobs watch ${job.id}; call it off: hub jobs cancel ${job.id}`;
  expect(await run('create', 'cabin', '--at', soon, '--watch')).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(new RegExp(`^One is already to begin .+\\. ${how}\nbegins `)),
  });
}, 60_000);

test('a backup that a job is storing is not removed; one that it stored or left behind is, whatever the job does now', async () => {
  const { db, vault } = hub.database;
  const tenantId = (await findTenant(db, 'fjord'))?.id ?? '';
  home.holdBackups();
  const { id } = (await hub.ask('POST', '/tenants/fjord/homes/cabin/backups')).body.job;
  const begin = () =>
    beginBackup(db, vault, {
      ...{ id, tenantId, homeId, haBackupId: 'x', name: 'Half', haVersion: undefined, madeAt: new Date() },
      ...{ isWithDatabase: true, isProtected: false, haKey: undefined, place: 'store', object: `x/${id}` },
    });
  const remove = () => run('remove', 'cabin', id, '--yes');
  await begin();
  expect(await remove()).toMatchObject({ code: 1, stderr: expect.stringContaining(`being stored by the job ${id}`) });
  const [sha256, sealedSha256] = [Buffer.from('x'), Buffer.from('y')];
  await settleBackup(db, tenantId, id, { sizeBytes: 1, sha256, sealedSizeBytes: 1, sealedSha256 });
  expect(await remove()).toMatchObject({ code: 0 });
  await begin();
  await hub.ask('POST', `/tenants/fjord/jobs/${id}/cancel`);
  expect(await hub.deps.queue.follow(tenantId, id, 20_000)).toMatchObject({ state: 'cancelled' });
  expect(await remove()).toMatchObject({ code: 0 });
  home.releaseBackups();
}, 60_000);

test.each(['backup.restore', 'backup.drill'])('a backup that a %s is to read is not removed', async (kind) => {
  const [{ id: copyId }] = await listed();
  const tenantId = (await findTenant(hub.database.db, 'fjord'))?.id ?? '';
  const runAt = new Date(Date.now() + 3_600_000);
  const { job } = await hub.deps.queue.enqueue({
    ...{ tenantId, homeId, kind, args: { copyId }, actor: SYSTEM_ACTOR, runAt },
  });
  const refused = await run('remove', 'cabin', copyId, '--yes');
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining(`needed by the job ${job.id} (${kind})`) });
  expect(await fileOf(copyId)).toHaveLength(1);
  await hub.deps.queue.cancel(tenantId, job.id);
});

test('backups outlive their home: by its id they are listed and checked, and the kit is given', async () => {
  expect((await hub.ask('DELETE', '/tenants/fjord/homes/cabin')).status).toBe(204);
  expect(await run('verify', homeId, '--watch')).toMatchObject({ code: 0 });
  expect((await run('kit', homeId, '--print')).stdout).toContain('Emergency kit of the home');
  const [{ id }] = await listed(homeId);
  expect(await run('remove', homeId, id, '--yes')).toMatchObject({ code: 0, stdout: `Removed ${id}.\n` });
  expect(await fileOf(id)).toEqual([]);
  expect(await run('remove', homeId, id, '--yes')).toMatchObject({ code: 1 });
}, 60_000);
