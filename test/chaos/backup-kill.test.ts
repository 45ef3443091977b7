import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { newId } from '@hub/core/ids.ts';
import { createdBy, SYSTEM_ACTOR, updatedBy } from '@hub/db/actor.ts';
import { tenantTrx } from '@hub/db/doors.ts';
import { createTestDatabase, type TestDatabase } from '@hub/db/testing/database.ts';
import { readBackupInfo } from '@hub/ha/backups.ts';
import { createDirectHome } from '@hub/ha/direct.ts';
import { jobs } from '@hub/jobs/registry.gen.ts';
import { createQueue, type Queue } from '@hub/queue/queue.ts';
import { describeReal } from '@hub/real-home/describe-real.ts';
import { createLogger } from '@hub/runtime/log.ts';
import { startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KillMoment, WorkerOrder } from './backup-worker.ts';

const WORKER = fileURLToPath(new URL('./backup-worker.ts', import.meta.url));
const LONG_MS = 60_000;
const MOMENTS: readonly KillMoment[] = ['before_send', 'after_send', 'after_answer'];

let database: TestDatabase;
let tenantId: string;
/** Stores and follows jobs, runs none. */
let desk: Queue;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  database = await createTestDatabase();
  tenantId = newId();
  const row = { id: tenantId, slug: 'chaos', name: 'Chaos', ...createdBy(SYSTEM_ACTOR), ...updatedBy(SYSTEM_ACTOR) };
  await tenantTrx(database.db, tenantId, (trx) => trx.insertInto('tenant').values(row).execute());
  desk = createQueue({
    db: database.db,
    jobs,
    log: createLogger({ name: 'desk', level: 'silent', to: 'stdout' }),
    workerId: 'desk',
    concurrency: 0,
    isAlone: false,
    sweepMs: 100,
    openHome: () => Promise.reject(new Error('the desk runs nothing')),
  });
  await desk.start();
});
afterAll(async () => {
  await desk.stop(0);
  for (const child of children) child.kill('SIGKILL');
  await database.drop();
});

function startWorker(order: Omit<WorkerOrder, 'connection'>): { child: ChildProcess; ended: Promise<unknown[]> } {
  const text = JSON.stringify({ ...order, connection: database.connection });
  const child = spawn(process.execPath, [WORKER, text], { stdio: ['pipe', 'ignore', 'inherit'] });
  children.add(child);
  return { child, ended: once(child, 'exit').finally(() => children.delete(child)) };
}

/** Starts a backup, lets the first process die at the moment, and follows the job through the second one. */
async function backupAcrossKill(access: { url: string; token: string }, kill: KillMoment, name: string) {
  const { url, token } = access;
  const args = { name, includeDatabase: false };
  const facts = { tenantId, homeId: newId(), actor: SYSTEM_ACTOR, kind: 'backup.create' };
  const { job } = await desk.enqueue({ ...facts, args });
  const [, signal] = await startWorker({ url, token, kill }).ended;
  const left = await desk.get(tenantId, job.id);
  const second = startWorker({ url, token, kill: 'never' });
  const end = await desk.follow(tenantId, job.id, LONG_MS);
  second.child.kill('SIGTERM');
  const [exitCode] = await second.ended;
  return { signal, left, end, exitCode };
}

async function checkOnce(access: { url: string; token: string }, kill: KillMoment): Promise<void> {
  const name = `chaos ${kill}`;
  const { signal, left, end, exitCode } = await backupAcrossKill(access, kill, name);
  expect(signal).toBe('SIGKILL');
  expect(left).toMatchObject({ state: 'running', attempt: 1, result: undefined });
  expect(end).toMatchObject({ state: 'done', attempt: 2, error: undefined, result: { name, status: 'completed' } });
  expect(exitCode).toBe(0);
  const home = createDirectHome({ id: 'check', ...access, allowPrivateAddresses: true });
  try {
    const listed = (await readBackupInfo(home)).backups.filter((one) => one.name === name);
    expect(listed.map((one) => one.backup_id)).toEqual([resultId(end?.result)]);
    for (const one of listed) await home.send({ type: 'backup/delete', backup_id: one.backup_id });
  } finally {
    await home.close();
  }
}

function resultId(result: unknown): unknown {
  return typeof result === 'object' && result !== null && 'backup_id' in result ? result.backup_id : undefined;
}

describe('a backup across kill -9, at a simulated home', () => {
  test.each(MOMENTS)('killed %s: one backup, job done', { timeout: 120_000 }, async (moment) => {
    const simulated = await startSimulatedHome();
    try {
      await checkOnce(simulated, moment);
    } finally {
      await simulated.close();
    }
  });
});

await describeReal('a backup across kill -9, at a real home', (access) => {
  test.each(MOMENTS)('killed %s: one backup, job done', { timeout: 120_000 }, (moment) => checkOnce(access, moment));
});
