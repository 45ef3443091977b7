import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findBinaries } from '@hub/db/embedded/binaries.ts';
import { bootstrapRole } from '@hub/db/embedded/bootstrap.ts';
import { makeCluster } from '@hub/db/embedded/cluster.ts';
import { makeSocketDir, removeSocketDir } from '@hub/db/embedded/place.ts';
import { chooseRunAs } from '@hub/db/embedded/run-as.ts';
import { startServer } from '@hub/db/embedded/server.ts';

/** A PostgreSQL that several processes of this machine share, on a socket that keeps its place over restarts. */
export interface ClusterPostgres extends AsyncDisposable {
  /** For the role `hub`, which owns the database `hub`. */
  readonly url: string;
  /** SIGINT ends it in order, SIGQUIT as a crash does; it is back after `awayMs` and its recovery. */
  restart(signal: 'SIGINT' | 'SIGQUIT', awayMs: number): Promise<void>;
}

/** The bundled PostgreSQL on `dir/postgres`, which it keeps; made on first use. @throws Fault STORAGE_UNAVAILABLE */
export async function startClusterPostgres(dir: string): Promise<ClusterPostgres> {
  const runAs = await chooseRunAs(undefined);
  const binaries = await findBinaries(runAs, undefined, async () => dir);
  const cluster = join(dir, 'postgres');
  const isThere = await stat(cluster).then(
    () => true,
    () => false,
  );
  if (!isThere) await makeCluster(cluster, binaries, runAs);
  const socketDir = await makeSocketDir(runAs);
  const settings = { max_connections: '200' };
  const start = () => startServer({ cluster, socketDir, binaries, runAs, log: () => undefined, settings });
  let server = await start();
  const { host, user, database } = await bootstrapRole(socketDir);
  return {
    url: `postgres://${user}@localhost/${database}?host=${encodeURIComponent(host)}`,
    async restart(signal, awayMs) {
      process.kill(server.pid, signal);
      await server.exited;
      await delay(awayMs);
      server = await start();
    },
    async [Symbol.asyncDispose]() {
      await server.stop();
      await removeSocketDir(socketDir);
    },
  };
}
