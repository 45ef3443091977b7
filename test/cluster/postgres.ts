import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findBinaries } from '@hub/db/embedded/binaries.ts';
import { bootstrapRole } from '@hub/db/embedded/bootstrap.ts';
import { makeCluster } from '@hub/db/embedded/cluster.ts';
import { lockDataDir } from '@hub/db/embedded/lock.ts';
import { stopOrphan } from '@hub/db/embedded/orphan.ts';
import { makeSocketDir, readMemory, removeSocketDir, writeMemory } from '@hub/db/embedded/place.ts';
import { chooseRunAs } from '@hub/db/embedded/run-as.ts';
import { startServer } from '@hub/db/embedded/server.ts';

/** A PostgreSQL that several processes of this machine share, on a socket that keeps its place over restarts. */
export interface ClusterPostgres extends AsyncDisposable {
  /** For the role `hub`, which owns the database `hub`. */
  readonly url: string;
  /** SIGINT ends it in order, SIGQUIT as a crash does. Resolves when nothing of it answers any more. */
  stop(signal: 'SIGINT' | 'SIGQUIT'): Promise<void>;
  /** Resolves when it has recovered. */
  start(): Promise<void>;
  /** Both, with `awayMs` between them. */
  restart(signal: 'SIGINT' | 'SIGQUIT', awayMs: number): Promise<void>;
}

/**
 * The bundled PostgreSQL on `dir/postgres`, which it keeps; made on first use. One that a killed run left behind is stopped.
 * @throws Fault RESOURCE_LOCKED while another run has it | STORAGE_UNAVAILABLE
 */
export async function startClusterPostgres(dir: string): Promise<ClusterPostgres> {
  await using open = new AsyncDisposableStack();
  const lock = lockDataDir(dir);
  open.defer(async () => lock.release());
  const runAs = await chooseRunAs(undefined);
  const binaries = await findBinaries(runAs, undefined, async () => dir);
  const cluster = join(dir, 'postgres');
  const isThere = await stat(cluster).then(
    () => true,
    () => false,
  );
  if (!isThere) await makeCluster(cluster, binaries, runAs);
  await stopOrphan(cluster, runAs);
  await removeSocketDir((await readMemory(dir))?.socketDir);
  const socketDir = await makeSocketDir(runAs);
  open.defer(() => removeSocketDir(socketDir));
  await writeMemory(dir, { cluster, socketDir });
  const settings = { max_connections: '200' };
  const run = () => startServer({ cluster, socketDir, binaries, runAs, log: () => undefined, settings });
  let server = await run();
  open.defer(() => server.stop());
  const { host, user, database } = await bootstrapRole(socketDir);
  const stop = async (signal: 'SIGINT' | 'SIGQUIT') => {
    process.kill(server.pid, signal);
    await server.exited;
  };
  const start = async () => {
    server = await run();
  };
  const owned = open.move();
  return {
    url: `postgres://${user}@localhost/${database}?host=${encodeURIComponent(host)}`,
    stop,
    start,
    async restart(signal, awayMs) {
      await stop(signal);
      await delay(awayMs);
      await start();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
