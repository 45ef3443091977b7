import { mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openDatabase } from '@hub/db/database.ts';
import type { DatabaseFacts } from '@hub/db/database-file.ts';
import { readMemory } from '@hub/db/embedded/place.ts';
import { startEmbedded } from '@hub/db/embedded.ts';
import { listHomes } from '@hub/db/homes.ts';
import { openInstallation } from '@hub/db/installation.ts';
import { loadOrCreateKeyFile } from '@hub/db/key-file.ts';
import { parseKeyRing } from '@hub/db/key-ring.ts';
import { beginRecovery } from '@hub/db/recovery.ts';
import { listTenants } from '@hub/db/tenants.ts';
import { unpackDatabase } from '@hub/db/unpack-database.ts';
import { SECRET_FILES } from './secret-file.ts';

export interface RestoredDatabase {
  readonly facts: DatabaseFacts;
  readonly tenants: number;
  readonly homes: number;
}

export interface RestoreOptions {
  readonly dataDir: string;
  readonly pgBinDir: string | undefined;
  /** HUB_KEYS of the hub that was backed up, when its keys were not in its data folder. */
  readonly keys: string | undefined;
}

/**
 * Lays out a data folder as the backup has it and proves it: PostgreSQL starts on it and the keys open what is sealed. One that
 * does not prove right is gone again; a folder that was there before is left empty. @throws Fault those of unpackDatabase | STORAGE_UNAVAILABLE
 */
export async function restoreDatabase(file: string, options: RestoreOptions): Promise<RestoredDatabase> {
  const { dataDir } = options;
  // What is in the way of it, unpackDatabase tells.
  const made = await mkdir(dataDir, { recursive: true, mode: 0o711 }).catch(() => undefined);
  const wasEmpty = (await readdir(dataDir).catch(() => [])).length === 0;
  try {
    const facts = await unpackDatabase(file, { dataDir, secretNames: new Set(SECRET_FILES) });
    return { facts, ...(await prove(options)) };
  } catch (error) {
    if (wasEmpty) await empty(dataDir);
    if (made !== undefined) await removeFolders(dataDir, made);
    throw error;
  }
}

async function prove({ dataDir, pgBinDir, keys }: RestoreOptions): Promise<Omit<RestoredDatabase, 'facts'>> {
  const embedded = await startEmbedded({ dataDir, pgBinDir });
  const db = openDatabase({ ...embedded.connection, maxConnections: 2 });
  try {
    await openInstallation(db, keys === undefined ? await loadOrCreateKeyFile(dataDir) : parseKeyRing(keys));
    await beginRecovery(db, 'It was restored from a backup (hub restore-db).');
    const tenants = await listTenants(db);
    const homes = await Promise.all(tenants.map(({ id }) => listHomes(db, id)));
    return { tenants: tenants.length, homes: homes.flat().length };
  } finally {
    await db.destroy();
    await embedded.stop();
  }
}

/** A folder that was there stays: it may be where a volume is mounted. */
async function empty(dataDir: string): Promise<void> {
  const { cluster } = (await readMemory(dataDir).catch(() => undefined)) ?? {};
  if (cluster !== undefined) await rm(cluster, { recursive: true, force: true });
  for (const name of await readdir(dataDir).catch(() => []))
    await rm(join(dataDir, name), { recursive: true, force: true });
}

/** Empty ones, from the inner to the outer. */
async function removeFolders(inner: string, outer: string): Promise<void> {
  for (let at = inner; at.startsWith(outer); at = dirname(at)) await rmdir(at).catch(() => undefined);
}
