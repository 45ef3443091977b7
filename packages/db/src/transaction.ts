import { type RawBuilder, sql } from 'kysely';
import type { Database, Trx } from './database.ts';
import { asLostCommit, asStorageFault } from './storage-fault.ts';

/**
 * What both doors open: `enter` says whose rows are seen. A commit whose answer is lost is told as unknown, unless nothing was written.
 * @throws Fault STORAGE_UNAVAILABLE, with `outcomeUnknown` when it may be stored all the same
 */
export async function inTransaction<T>(
  db: Database,
  enter: RawBuilder<unknown>,
  work: (trx: Trx) => Promise<T>,
): Promise<T> {
  let mayBeStored = false;
  try {
    return await db.transaction().execute(async (trx) => {
      await enter.execute(trx);
      const done = await work(trx);
      mayBeStored = await hasWritten(trx);
      return done;
    });
  } catch (error) {
    throw mayBeStored ? asLostCommit(error) : asStorageFault(error);
  }
}

/** PostgreSQL numbers a transaction at its first write; only itself knows, as a function or a `with` may write too. */
async function hasWritten(trx: Trx): Promise<boolean> {
  const { rows } = await sql<{ written: boolean }>`
    select pg_current_xact_id_if_assigned() is not null as written`.execute(trx);
  return rows[0]?.written ?? true;
}
