import { chown, mkdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pg from 'pg';
import type { Embedded } from '../embedded.ts';
import { asStorageFault } from '../storage-fault.ts';
import { ADMIN_USER } from './cluster.ts';

export interface BaseBackup extends AsyncDisposable {
  /** A tar of the whole cluster with the journal it needs, as PostgreSQL writes it. Gone with `await using`. */
  readonly path: string;
  readonly sizeBytes: number;
}

/**
 * Copies the running cluster beside itself, as it is at the end of the copy, whatever is written meanwhile; some 0.3 s and twice
 * the database's space. One at a time. @throws Fault STORAGE_UNAVAILABLE
 * Source: https://www.postgresql.org/docs/18/protocol-replication.html (BASE_BACKUP)
 */
export async function takeBaseBackup({ connection, place }: Embedded): Promise<BaseBackup> {
  const folder = join(dirname(place.cluster), 'database-copy');
  const clear = () => rm(folder, { recursive: true, force: true });
  // What a killed hub left behind.
  await clear();
  const { uid, gid } = await stat(place.cluster);
  await mkdir(folder, { mode: 0o700 });
  try {
    if (process.getuid?.() === 0) await chown(folder, uid, gid);
    await copyInto(connection.host, folder);
    const path = join(folder, 'base.tar');
    return { path, sizeBytes: (await stat(path)).size, [Symbol.asyncDispose]: clear };
  } catch (error) {
    await clear();
    throw error;
  }
}

async function copyInto(socketDir: string, folder: string): Promise<void> {
  // The protocol's own word for a connection that copies; the type of the options does not know it.
  const options = { host: socketDir, port: 5432, user: ADMIN_USER, database: 'postgres', replication: 'database' };
  const client = new pg.Client(options);
  client.on('error', () => undefined);
  try {
    await client.connect();
    const target = pg.escapeLiteral(folder);
    await client.query(
      `BASE_BACKUP (LABEL 'hub', TARGET 'server', TARGET_DETAIL ${target}, CHECKPOINT 'fast', WAL true, MANIFEST 'no')`,
    );
  } catch (error) {
    throw asStorageFault(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}
