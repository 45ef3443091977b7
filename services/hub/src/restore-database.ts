import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
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
 * Lays out a data folder as the backup has it and proves it: PostgreSQL starts on it and the keys open what is sealed. A folder
 * that does not prove right is emptied again. @throws Fault those of unpackDatabase | STORAGE_UNAVAILABLE
 */
export async function restoreDatabase(file: string, options: RestoreOptions): Promise<RestoredDatabase> {
  const { dataDir } = options;
  const wasEmpty = (await readdir(dataDir).catch(() => [])).length === 0;
  try {
    const facts = await unpackDatabase(file, { dataDir, secretNames: new Set(SECRET_FILES) });
    return { facts, ...(await prove(options)) };
  } catch (error) {
    if (wasEmpty) await empty(dataDir);
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

/** The folder itself stays: it may be where a volume is mounted. */
async function empty(dataDir: string): Promise<void> {
  const { cluster } = (await readMemory(dataDir).catch(() => undefined)) ?? {};
  if (cluster !== undefined) await rm(cluster, { recursive: true, force: true });
  for (const name of await readdir(dataDir).catch(() => []))
    await rm(join(dataDir, name), { recursive: true, force: true });
}
