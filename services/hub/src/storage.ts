import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Fault } from '@hub/core/fault.ts';
import { assertSafeRole, type Database, openDatabase } from '@hub/db/database.ts';
import { type Embedded, startEmbedded } from '@hub/db/embedded.ts';
import { openInstallation } from '@hub/db/installation.ts';
import { loadOrCreateKeyFile } from '@hub/db/key-file.ts';
import { type KeyRing, parseKeyRing } from '@hub/db/key-ring.ts';
import { migrate } from '@hub/db/migrate.ts';
import { openVault, type Vault } from '@hub/db/vault.ts';
import type { Log } from '@hub/runtime/log.ts';
import type { Metrics } from '@hub/runtime/metrics.ts';
import type { Shutdown } from '@hub/runtime/shutdown.ts';
import { watchDatabase } from '@hub/runtime/watch-database.ts';
import type { Config } from './config.ts';

export interface Storage {
  readonly db: Database;
  readonly vault: Vault;
  readonly installationId: string;
  /** Undefined with an outside database. */
  readonly embedded: Embedded | undefined;
}

export const MIGRATIONS = fileURLToPath(new URL('../../../migrations', import.meta.url));
const MAX_CONNECTIONS = 10;

/** Database up to date, keys proved right. @throws Fault that says what to do */
export async function openStorage(config: Config, shutdown: Shutdown, log: Log, metrics: Metrics): Promise<Storage> {
  const ring = await openKeys(config);
  const embedded = config.databaseUrl === undefined ? await openEmbedded(config, shutdown, log) : undefined;
  const connection = embedded
    ? embedded.connection
    : { connectionString: config.databaseUrl ?? '', ca: config.databaseCa };
  const db = openDatabase({
    ...connection,
    maxConnections: MAX_CONNECTIONS,
    onConnectionLost: (error) => log.warn({ err: error }, 'a database connection was lost'),
    ...watchDatabase(metrics),
  });
  shutdown.onStop('database', 'connections', () => db.destroy(), 5_000);
  await assertSafeRole(db);
  const applied = await bringUpToDate(config, db);
  if (applied.length > 0) log.info({ applied }, 'database brought up to date');
  const installation = await openInstallation(db, ring);
  return { db, vault: openVault(ring), installationId: installation.id, embedded };
}

/** Over a connection of its own where DATABASE_URL leads through a pooler, which would mix up its locks. Names of the files that ran. */
async function bringUpToDate({ databaseUrl, databaseDirectUrl, databaseCa }: Config, db: Database) {
  if (databaseDirectUrl === undefined || databaseDirectUrl === databaseUrl)
    return (await migrate(db, MIGRATIONS)).applied;
  const direct = openDatabase({ connectionString: databaseDirectUrl, ca: databaseCa, maxConnections: 1 });
  try {
    return (await migrate(direct, MIGRATIONS)).applied;
  } finally {
    await direct.destroy();
  }
}

async function openEmbedded(config: Config, shutdown: Shutdown, log: Log): Promise<Embedded> {
  const embedded = await startEmbedded({
    dataDir: config.dataDir,
    pgBinDir: config.pgBinDir,
    log: (line) => log.debug({ line }, 'postgres'),
  });
  shutdown.onStop('database', 'embedded PostgreSQL', () => embedded.stop(), 30_000);
  void embedded.exited.then(({ wasAsked, reason }) => {
    if (wasAsked) return;
    log.fatal({ reason }, 'the embedded PostgreSQL ended by itself');
    void shutdown.stop('the database is gone').then(() => process.exit(1));
  });
  return embedded;
}

/** Keys are made only for the embedded database; for an outside one they must outlive this machine. */
async function openKeys(config: Config): Promise<KeyRing> {
  if (config.keys !== undefined) return parseKeyRing(config.keys);
  if (config.isEmbedded) {
    // Passable, as the database of a root hub runs as another user; what is secret in it is 0600.
    await mkdir(config.dataDir, { recursive: true, mode: 0o711 });
    return loadOrCreateKeyFile(config.dataDir);
  }
  throw new Fault('CONFIG_INVALID', 'With DATABASE_URL the hub needs HUB_KEYS, the keys that seal what it stores.', {
    suggestion: [
      'Make them once and keep them safe: npm run hub -- keys new',
      'Without them nothing in this database that is sealed can be opened again.',
    ],
  });
}
