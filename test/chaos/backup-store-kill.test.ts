import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { emergencyKit } from '@hub/backup-store/emergency-kit.ts';
import { createFolderStore } from '@hub/backup-store/folder-store.ts';
import { newId } from '@hub/core/ids.ts';
import { createdBy, SYSTEM_ACTOR, updatedBy } from '@hub/db/actor.ts';
import { listBackups } from '@hub/db/backups.ts';
import { tenantTrx } from '@hub/db/doors.ts';
import { homeBackupKey, writeBackupRules } from '@hub/db/home-backup.ts';
import { newKeyRing, parseKeyRing } from '@hub/db/key-ring.ts';
import { createTestDatabase, type TestDatabase } from '@hub/db/testing/database.ts';
import { createTenantKey, openVault, type Vault } from '@hub/db/vault.ts';
import { deleteBackup, readBackupInfo } from '@hub/ha/backups.ts';
import { createDirectHome } from '@hub/ha/direct.ts';
import type { Home } from '@hub/ha/home.ts';
import { jobs } from '@hub/jobs/registry.gen.ts';
import { shelvesOf } from '@hub/queue/backup-shelf.ts';
import { createQueue, type Queue } from '@hub/queue/queue.ts';
import { describeReal } from '@hub/real-home/describe-real.ts';
import { createLogger } from '@hub/runtime/log.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StoreMoment, WorkerOrder } from './backup-worker.ts';

const WORKER = fileURLToPath(new URL('./backup-worker.ts', import.meta.url));
const MOMENTS: readonly StoreMoment[] = ['amid_put', 'after_put', 'after_read_back'];
const LONG_MS = 90_000;

const keys = newKeyRing();
const tenantId = newId();
const homeId = newId();
const children = new Set<ChildProcess>();
let database: TestDatabase;
let vault: Vault;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-backups-'));
  database = await createTestDatabase();
  vault = openVault(parseKeyRing(keys));
  const row = { id: tenantId, slug: 'stores', name: 'Stores', ...createdBy(SYSTEM_ACTOR), ...updatedBy(SYSTEM_ACTOR) };
  await tenantTrx(database.db, tenantId, async (trx) => {
    await trx.insertInto('tenant').values(row).execute();
    await createTenantKey(trx, vault, tenantId);
  });
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await database.drop();
  await rm(folder, { recursive: true });
});

/** A queue in this process: to follow jobs only, or to run them too. */
function openQueue(concurrency: number, home?: Home): Queue {
  return createQueue({
    ...{ db: database.db, jobs, log: createLogger({ name: 'desk', level: 'silent', to: 'stdout' }) },
    ...{ workerId: newId(), concurrency, isAlone: false, sweepMs: 100 },
    openHome: async () => home ?? Promise.reject(new Error('the desk runs nothing')),
    shelfOf: shelvesOf({ db: database.db, vault, store: createFolderStore(folder) }),
  });
}

async function work(
  order: Omit<WorkerOrder, 'connection' | 'store'>,
): Promise<{ child: ChildProcess; ended: Promise<unknown[]> }> {
  const text = JSON.stringify({ ...order, connection: database.connection, store: { folder, keys } });
  const child = spawn(process.execPath, [WORKER, text], { stdio: ['pipe', 'ignore', 'inherit'] });
  children.add(child);
  return { child, ended: once(child, 'exit').finally(() => children.delete(child)) };
}

const facts = { tenantId, homeId, actor: SYSTEM_ACTOR };
const ours = () => listBackups(database.db, tenantId, homeId);

await describeReal('the store of backups, with a real home', (access) => {
  const home = createDirectHome({ id: 'check', ...access, allowPrivateAddresses: true });
  afterAll(() => home.close());

  /** Runs a job here, to its end. */
  async function run(kind: string, args: object): Promise<unknown> {
    const queue = openQueue(1, home);
    await queue.start();
    try {
      const { job } = await queue.enqueue({ ...facts, kind, args, maxAttempts: 1 });
      return await queue.follow(tenantId, job.id, LONG_MS);
    } finally {
      await queue.stop(0);
    }
  }
  async function homesOwn(backupId: string): Promise<Buffer> {
    const path = `/api/backup/download/${backupId}`;
    const answer = await home.rest({ method: 'GET', path, query: { agent_id: 'backup.local' } });
    return buffer(answer.body);
  }

  test.each(MOMENTS)(
    'killed %s: one backup at the home, one in the store, and it is the same',
    { timeout: 180_000 },
    async (kill) => {
      const desk = openQueue(0);
      await desk.start();
      const name = `store ${kill}`;
      const args = { name, includeDatabase: false };
      const { job } = await desk.enqueue({ ...facts, kind: 'backup.create', args });
      const [, signal] = await (await work({ ...access, kill })).ended;
      expect(signal).toBe('SIGKILL');
      const left = (await ours()).find(({ id }) => id === job.id);
      expect(left?.state, 'nothing half done is called stored').toBe('storing');
      const second = await work({ ...access, kill: 'never' });
      const end = await desk.follow(tenantId, job.id, LONG_MS);
      second.child.kill('SIGTERM');
      await second.ended;
      await desk.stop(0);
      expect(end).toMatchObject({ state: 'done', attempt: 2, result: { name, stored: { id: job.id } } });
      const listed = (await readBackupInfo(home)).backups.filter((one) => one.name === name);
      expect(listed).toHaveLength(1);
      const stored = (await ours()).filter((one) => one.name === name);
      expect(stored).toMatchObject([{ id: job.id, state: 'stored', haBackupId: listed[0]?.backup_id }]);

      // The owner, with the kit and nothing of the hub.
      const kit = emergencyKit({
        ...{ home: { id: homeId, name: 'Real' }, madeAt: new Date(), place: folder, haKeys: [], backups: [] },
        homeKey: await homeBackupKey(database.db, vault, tenantId, homeId),
      });
      await writeFile(join(folder, 'kit.mjs'), kit);
      const sealed = join(folder, stored[0]?.object ?? '');
      await promisify(execFile)(process.execPath, [join(folder, 'kit.mjs'), sealed, join(folder, 'out.tar')]);
      const own = await homesOwn(listed[0]?.backup_id ?? '');
      expect((await readFile(join(folder, 'out.tar'))).equals(own)).toBe(true);
      expect((await readFile(sealed)).includes(own.subarray(0, 512))).toBe(false);
    },
  );

  test('a drill unpacks it, also when it is no longer at the home; a damaged one is found and said to be broken', {
    timeout: 120_000,
  }, async () => {
    const [newest] = await ours();
    await deleteBackup(home, newest?.haBackupId ?? '');
    expect(await run('backup.drill', { copyId: newest?.id })).toMatchObject({
      state: 'done',
      result: { parts: [{ name: 'homeassistant.tar.gz', is: 'opened', has_configuration: true }] },
    });
    const file = join(folder, newest?.object ?? '');
    const whole = await readFile(file);
    await truncate(file, whole.length - 1);
    expect(await run('backup.drill', { copyId: newest?.id, isDeep: false })).toMatchObject({
      ...{ state: 'failed', error: { code: 'VALIDATION_FAILED', message: expect.stringContaining('broken') } },
    });
    expect((await ours())[0]).toMatchObject({ state: 'broken', checkError: expect.any(String) });
    await writeFile(file, whole);
    expect(await run('backup.drill', { copyId: newest?.id, isDeep: false })).toMatchObject({ state: 'done' });
    expect((await ours())[0]).toMatchObject({ state: 'stored', checkError: undefined });
  });

  test('the rules of the home remove the older ones, from the store and the table alike', {
    timeout: 120_000,
  }, async () => {
    await writeBackupRules(database.db, tenantId, homeId, { last: 1, daily: 0, weekly: 0 });
    const before = await ours();
    expect(await run('backup.create', { name: 'store rules', includeDatabase: false })).toMatchObject({
      state: 'done',
    });
    const after = await ours();
    expect(after).toMatchObject([{ name: 'store rules', state: 'stored' }]);
    for (const { object } of before)
      await expect(readFile(join(folder, object))).rejects.toMatchObject({ code: 'ENOENT' });
    for (const one of (await readBackupInfo(home)).backups) {
      if (one.name.startsWith('store ')) await deleteBackup(home, one.backup_id);
    }
  });
});
