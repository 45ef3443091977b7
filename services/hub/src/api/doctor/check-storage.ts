import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '@hub/core/fault.ts';
import { pingDatabase } from '@hub/db/database.ts';
import { readDatabaseReport } from '@hub/db/database-report.ts';
import { openInstallation } from '@hub/db/installation.ts';
import type { Deps } from '../../deps.ts';
import { MIGRATIONS } from '../../storage.ts';
import { ADMIN_KEY_FILE } from '../admin-key-file.ts';
import { broken, type Finding, ok, warn } from './finding.ts';

const PING_MS = 5_000;
const SLOW_MS = 100;

export async function checkDatabase({ storage, config }: Deps): Promise<readonly Finding[]> {
  return orBroken('database', async () => {
    const started = performance.now();
    await pingDatabase(storage.db, PING_MS);
    const ms = Math.round(performance.now() - started);
    const report = await readDatabaseReport(storage.db, MIGRATIONS);
    const kind = config.isEmbedded ? 'embedded' : 'outside';
    const size = `${Math.ceil(report.sizeBytes / 1024 / 1024)} MB`;
    return [
      ok('database', `PostgreSQL ${report.serverVersion} (${kind}, ${size}) answers in ${ms} ms.`),
      ...(ms > SLOW_MS
        ? [warn('database', `An answer took ${ms} ms.`, 'Look at the load of PostgreSQL and the way to it.')]
        : []),
      report.pending.length === 0
        ? ok('database', `Its tables are those of migration ${report.newestMigration}.`)
        : broken('database', `Not applied: ${report.pending.join(', ')}.`, 'Start the hub again: it applies them.'),
    ];
  });
}

export async function checkKeys({ storage, config }: Deps): Promise<readonly Finding[]> {
  const { db, vault } = storage;
  const ring = await orBroken('keys', async () => {
    await openInstallation(db, vault.ring);
    const { ids } = vault.ring;
    const count = ids.length === 1 ? 'one key' : `${ids.length} keys`;
    return [ok('keys', `The key ring (${count}, the newest is number ${ids.at(-1)}) opens what is sealed.`)];
  });
  if (!config.isEmbedded) return ring;
  const files = await Promise.all(['keys', ADMIN_KEY_FILE].map((name) => checkMode(join(config.dataDir, name))));
  return [...ring, ...files.flat()];
}

async function checkMode(path: string): Promise<readonly Finding[]> {
  const found = await stat(path).catch(() => undefined);
  if (!found || (found.mode & 0o077) === 0) return [];
  return [warn('keys', `${path} can be read by others on this machine.`, `chmod 600 ${path}`)];
}

/** What cannot be looked at is itself the finding. */
export async function orBroken(
  area: Finding['area'],
  look: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return [broken(area, error.message, error.suggestions[0] ?? 'Look at the log of the hub.')];
  }
}
