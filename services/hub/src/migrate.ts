import { Fault } from '@hub/core/fault.ts';
import { assertSafeRole, openDatabase } from '@hub/db/database.ts';
import { migrate } from '@hub/db/migrate.ts';
import { endWithReason } from '@hub/runtime/end-with-reason.ts';
import { createLogger } from '@hub/runtime/log.ts';
import { type Config, readConfig } from './config.ts';
import { MIGRATIONS } from './storage.ts';

/** Brings an outside database up to date and ends: for a step of its own before hubs are replaced. Needs no keys, starts nothing. */
async function main({ databaseDirectUrl, databaseCa, logLevel }: Config): Promise<void> {
  if (databaseDirectUrl === undefined) {
    throw new Fault('CONFIG_INVALID', 'Neither DATABASE_DIRECT_URL nor DATABASE_URL is set.', {
      suggestion: 'Set one of them; a hub with the embedded database brings it up to date itself.',
    });
  }
  const log = createLogger({ name: 'migrate', level: logLevel, to: 'stderr', pretty: process.stderr.isTTY });
  const db = openDatabase({ connectionString: databaseDirectUrl, ca: databaseCa, maxConnections: 1 });
  try {
    await assertSafeRole(db);
    const { applied, newest } = await migrate(db, MIGRATIONS);
    log.info({ applied, newest }, applied.length > 0 ? 'database brought up to date' : 'database was up to date');
  } finally {
    await db.destroy();
  }
}

await endWithReason('hub', () => main(readConfig()));
