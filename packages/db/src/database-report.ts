import { sql } from 'kysely';
import type { Database } from './database.ts';
import { readMigrations } from './migrate.ts';
import { systemTrx } from './system-door.ts';

export interface DatabaseReport {
  /** PostgreSQL's own, such as `18.1`. */
  readonly serverVersion: string;
  /** The highest migration in the database. */
  readonly newestMigration: number;
  /** Files of this code that were not applied. */
  readonly pending: readonly string[];
  /** Bytes on disk. */
  readonly sizeBytes: number;
}

/** @throws Fault STORAGE_UNAVAILABLE */
export async function readDatabaseReport(db: Database, migrationsFolder: string): Promise<DatabaseReport> {
  const files = await readMigrations(migrationsFolder);
  return await systemTrx(db, async (trx) => {
    const applied = await trx.selectFrom('migration').select('number').orderBy('number').execute();
    const { rows } = await sql<{ version: string; size: number }>`
      select current_setting('server_version') as version, pg_database_size(current_database()) as size`.execute(trx);
    const numbers = new Set(applied.map(({ number }) => number));
    return {
      serverVersion: rows[0]?.version ?? '',
      newestMigration: applied.at(-1)?.number ?? 0,
      pending: files.filter(({ number }) => !numbers.has(number)).map(({ name }) => name),
      sizeBytes: rows[0]?.size ?? 0,
    };
  });
}
