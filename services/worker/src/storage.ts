import { fileURLToPath } from 'node:url';
import { assertSafeRole, type Database, openDatabase } from '@hub/db/database.ts';
import { openInstallation } from '@hub/db/installation.ts';
import { type KeyRing, parseKeyRing } from '@hub/db/key-ring.ts';
import { assertMigrated } from '@hub/db/migrate.ts';
import type { Log } from '@hub/runtime/log.ts';
import type { Metrics } from '@hub/runtime/metrics.ts';
import type { Shutdown } from '@hub/runtime/shutdown.ts';
import { watchDatabase } from '@hub/runtime/watch-database.ts';
import type { Config } from './config.ts';

export interface Storage {
  readonly db: Database;
  readonly ring: KeyRing;
  readonly installationId: string;
}

const MIGRATIONS = fileURLToPath(new URL('../../../migrations', import.meta.url));

/** The database as the hubs made it, and keys proved right. @throws Fault that says what to do */
export async function openStorage(config: Config, shutdown: Shutdown, log: Log, metrics: Metrics): Promise<Storage> {
  const ring = parseKeyRing(config.keys);
  const db = openDatabase({
    connectionString: config.databaseUrl,
    ca: config.databaseCa,
    maxConnections: config.jobsAtOnce + 4,
    onConnectionLost: (error) => log.warn({ err: error }, 'a database connection was lost'),
    ...watchDatabase(metrics),
  });
  shutdown.onStop('database', 'connections', () => db.destroy(), 5_000);
  await assertSafeRole(db);
  await assertMigrated(db, MIGRATIONS);
  const { id } = await openInstallation(db, ring);
  return { db, ring, installationId: id };
}
