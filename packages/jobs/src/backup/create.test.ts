import { buffer } from 'node:stream/consumers';
import { Fault } from '@hub/core/fault.ts';
import { generateBackup, readBackupInfo } from '@hub/ha/backups.ts';
import { createDirectHome } from '@hub/ha/direct.ts';
import type { Home } from '@hub/ha/home.ts';
import { linkedHome } from '@hub/ha/testing/linked-home.ts';
import { itReal } from '@hub/real-home/describe-real.ts';
import type { SimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { beforeEach, expect, test } from 'vitest';
import type { BackupShelf } from '../shelf.ts';
import { contextOf, type Said, stepOf } from '../testing/job-context.ts';
import { job } from './create.ts';

let simulated: SimulatedHome;
let home: Home;

beforeEach(async () => {
  ({ simulated, home } = await linkedHome());
});

const ours = async (name: string, at = home) => (await readBackupInfo(at)).backups.filter((one) => one.name === name);

test('a backup is made, listed under its name, and its way there is told in steps forward', async () => {
  const said: Said[] = [];
  const result = await job.run(job.args.parse({ name: 'Before the update' }), contextOf(home, said));
  const [listed] = await ours('Before the update');
  expect(result).toEqual({
    backup_id: listed?.backup_id,
    backup_job_id: expect.any(String),
    name: 'Before the update',
    date: listed?.date,
    size_bytes: expect.any(Number),
    status: 'completed',
    duration_seconds: expect.any(Number),
  });
  expect(result.size_bytes).toBeGreaterThan(0);
  expect(said.length).toBeGreaterThan(1);
  expect(said.map(({ done }) => done)).toEqual(said.map(({ done }) => done).sort((a, b) => a - b));
});

test('a backup without a name gets one of its own', async () => {
  const { name } = await job.run(job.args.parse({}), contextOf(home));
  expect(name).toMatch(/^Backup \d{4}-\d\d-\d\d \d\d:\d\d UTC \(bc1234\)$/);
});

test('a stored backup counts also where the store lets no old one be removed, and says so', async () => {
  const refuses = new Fault('CONNECTION_FAILED', 'The backup store s3://b failed: 403 AccessDenied');
  const unused = () => Promise.reject(new Error('not asked'));
  const shelf: BackupShelf = {
    ...{ place: 's3://b', list: async () => [], find: unused, open: unused, haKey: unused },
    keep: async (copy, file) => ({ ...copy, sizeBytes: (await buffer(file)).length, sha256: 'ab' }),
    tidy: () => Promise.reject(refuses),
  };
  expect(await job.run(job.args.parse({}), { ...contextOf(home), shelf })).toMatchObject({
    status: 'completed',
    stored: { place: 's3://b', not_removed: refuses.message },
  });
});

test('a home that is busy with another backup is left alone, and the answer says what to do', async () => {
  const step = await stepOf(job, job.args.parse({ name: 'Second' }), home);
  const marker = await step.marker();
  await generateBackup(home, { agent_ids: ['backup.local'], name: 'First' });
  await expect(step.act(marker)).rejects.toMatchObject({
    code: 'RESOURCE_LOCKED',
    message: 'the home is busy with something else: create backup',
    suggestions: [expect.stringContaining('wait until that has ended')],
  });
});

test('a backup whose answer was lost is waited for and found', async () => {
  const step = await stepOf(job, job.args.parse({ name: 'Nightly' }), home);
  const marker = await step.marker();
  await generateBackup(home, { agent_ids: ['backup.local'], name: 'Nightly' });
  expect(await step.observe(marker)).toMatchObject({ is: 'done', result: { name: 'Nightly', status: 'completed' } });
});

test('a backup that never began is seen not to have been made', async () => {
  const step = await stepOf(job, job.args.parse({ name: 'Nightly' }), home);
  expect(await step.observe(await step.marker())).toEqual({ is: 'not_done' });
});

test('an older backup of the same name is not taken for ours', async () => {
  await job.run(job.args.parse({ name: 'Nightly' }), contextOf(home));
  const step = await stepOf(job, job.args.parse({ name: 'Nightly' }), home);
  expect(await step.observe(await step.marker())).toEqual({ is: 'not_done' });
});

test('a link lost in the middle does not lose the backup', async () => {
  const step = await stepOf(job, job.args.parse({ name: 'Nightly' }), home);
  const marker = await step.marker();
  const acted = step.act(marker);
  await expect.poll(async () => (await readBackupInfo(home)).state).toBe('create_backup');
  simulated.disconnectAll();
  // Either the watch came back by itself, or the act says that its outcome must be looked for.
  await acted.catch(() => undefined);
  expect(await step.observe(marker)).toMatchObject({ is: 'done' });
  expect(await ours('Nightly')).toHaveLength(1);
});

test('an aborted job lets go at once', async () => {
  const controller = new AbortController();
  const context = { ...contextOf(home), signal: controller.signal };
  const running = job.run(job.args.parse({}), { ...context, progress: async () => controller.abort() });
  await expect(running).rejects.toThrow();
});

itReal('a real home makes the backup, and it can be found again', { timeout: 120_000 }, async ({ home: access }) => {
  const real = createDirectHome({ id: 'real', ...access, allowPrivateAddresses: true });
  try {
    await real.ready();
    const name = 'backup.create test';
    const said: Said[] = [];
    const result = await job.run(job.args.parse({ name, includeDatabase: false }), contextOf(real, said));
    const [listed, ...more] = await ours(name, real);
    expect(more).toEqual([]);
    expect(listed).toMatchObject({ backup_id: result.backup_id, database_included: false });
    expect(said.map(({ message }) => message)).toContain('saving Home Assistant');
    await real.send({ type: 'backup/delete', backup_id: result.backup_id });
  } finally {
    await real.close();
  }
});
