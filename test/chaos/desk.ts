import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { newId } from '@hub/core/ids.ts';
import { createdBy, SYSTEM_ACTOR, updatedBy } from '@hub/db/actor.ts';
import { tenantTrx } from '@hub/db/doors.ts';
import { createTestDatabase } from '@hub/db/testing/database.ts';
import type { JobView } from '@hub/jobs/port.ts';
import { jobs } from '@hub/jobs/registry.gen.ts';
import { createQueue } from '@hub/queue/queue.ts';
import { createLogger } from '@hub/runtime/log.ts';
import type { WorkerOrder } from './backup-worker.ts';

const WORKER = fileURLToPath(new URL('./backup-worker.ts', import.meta.url));
const LONG_MS = 60_000;

/** A database and a queue that stores and follows jobs, and runs none. */
export interface Desk extends AsyncDisposable {
  /** Starts a job, lets the first process die at the moment, and follows the job through the second one. */
  runAcrossKill(
    access: Pick<WorkerOrder, 'url' | 'token'>,
    death: Pick<WorkerOrder, 'kill' | 'killAt'>,
    job: { readonly kind: string; readonly args: object },
  ): Promise<AcrossKill>;
}

interface AcrossKill {
  /** What the first process died of. */
  readonly signal: unknown;
  /** How the job stood between the two. */
  readonly left: JobView | undefined;
  readonly end: JobView | undefined;
  readonly exitCode: unknown;
}

export async function openDesk(): Promise<Desk> {
  const database = await createTestDatabase();
  const tenantId = newId();
  const row = { id: tenantId, slug: 'chaos', name: 'Chaos', ...createdBy(SYSTEM_ACTOR), ...updatedBy(SYSTEM_ACTOR) };
  await tenantTrx(database.db, tenantId, (trx) => trx.insertInto('tenant').values(row).execute());
  const queue = createQueue({
    db: database.db,
    jobs,
    log: createLogger({ name: 'desk', level: 'silent', to: 'stdout' }),
    workerId: 'desk',
    concurrency: 0,
    isAlone: false,
    sweepMs: 100,
    openHome: () => Promise.reject(new Error('the desk runs nothing')),
  });
  await queue.start();
  const children = new Set<ChildProcess>();

  function startWorker(order: Omit<WorkerOrder, 'connection'>): { child: ChildProcess; ended: Promise<unknown[]> } {
    const text = JSON.stringify({ ...order, connection: database.connection });
    const child = spawn(process.execPath, [WORKER, text], { stdio: ['pipe', 'ignore', 'inherit'] });
    children.add(child);
    return { child, ended: once(child, 'exit').finally(() => children.delete(child)) };
  }

  return {
    async runAcrossKill({ url, token }, death, wanted) {
      const { job } = await queue.enqueue({ tenantId, homeId: newId(), actor: SYSTEM_ACTOR, ...wanted });
      const [, signal] = await startWorker({ url, token, ...death }).ended;
      const left = await queue.get(tenantId, job.id);
      const second = startWorker({ url, token, kill: 'never' });
      const end = await queue.follow(tenantId, job.id, LONG_MS);
      second.child.kill('SIGTERM');
      const [exitCode] = await second.ended;
      return { signal, left, end, exitCode };
    },
    async [Symbol.asyncDispose]() {
      await queue.stop(0);
      for (const child of children) child.kill('SIGKILL');
      await database.drop();
    },
  };
}
