import { spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { type Database, openDatabase, type SocketConnection } from '../database.ts';
import { ADMIN_USER } from '../embedded/cluster.ts';
import { type Embedded, startEmbedded } from '../embedded.ts';
import { newKeyRing, parseKeyRing } from '../key-ring.ts';
import { migrate } from '../migrate.ts';
import { openVault, type Vault } from '../vault.ts';

export interface TestDatabase {
  /** As the very role the hub has: no superuser, row-level security in force. */
  readonly db: Database;
  readonly vault: Vault;
  readonly connection: SocketConnection;
  /** Closes `db` and removes the database. */
  drop(): Promise<void>;
}

export const MIGRATIONS = fileURLToPath(new URL('../../../../migrations', import.meta.url));

const TEMPLATE = 'hub_template';

let cluster: Promise<Embedded> | undefined;
let made = 0;

/** A fresh, migrated database: about 2 s the first time in a process (a real PostgreSQL starts), then some 40 ms each. */
export async function createTestDatabase(): Promise<TestDatabase> {
  cluster ??= startTestCluster();
  const { connection } = await cluster;
  made += 1;
  const name = `test_${made}`;
  await asAdmin(connection.host, `create database ${name} template ${TEMPLATE} owner hub`);
  const own = { ...connection, database: name };
  const db = openDatabase({ ...own, maxConnections: 5 });
  return {
    db,
    vault: openVault(parseKeyRing(newKeyRing())),
    connection: own,
    async drop() {
      await db.destroy();
      await asAdmin(connection.host, `drop database ${name} with (force)`);
    },
  };
}

async function startTestCluster(): Promise<Embedded> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hub-test-'));
  // Nobody reads these rows after a power cut; everything else is as in production.
  const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', shared_buffers: '32MB' };
  // TEST_PG_BIN=/usr/lib/postgresql/15/bin runs everything on that PostgreSQL.
  const pgBinDir = process.env['TEST_PG_BIN'];
  const embedded = await startEmbedded({ dataDir, pgBinDir, settings, fallbackDir: join(tmpdir(), 'ha-mcp-hub-test') });
  endWithThisProcess(embedded, dataDir);
  await asAdmin(embedded.connection.host, `create database ${TEMPLATE} owner hub`);
  const db = openDatabase({ ...embedded.connection, database: TEMPLATE, maxConnections: 1 });
  await migrate(db, MIGRATIONS);
  await db.destroy();
  return embedded;
}

/** A watcher whose pipe closes when this process ends, in whatever way, and which then clears up. */
function endWithThisProcess(embedded: Embedded, dataDir: string): void {
  const script =
    'cat > /dev/null; kill -QUIT "$0"; while kill -0 "$0" 2> /dev/null; do sleep 0.1; done; rm -rf "$1" "$2"';
  const watcher = spawn('/bin/sh', ['-c', script, String(embedded.pid), dataDir, embedded.connection.host], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.unref();
}

async function asAdmin(host: string, statement: string): Promise<void> {
  const client = new pg.Client({ host, port: 5432, user: ADMIN_USER, database: 'postgres' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
