import { sql } from 'kysely';
import type { Database, Trx } from './database.ts';
import { asStorageFault } from './storage-fault.ts';

/**
 * A transaction that sees the rows of all tenants. This file is closed to other packages (see package.json):
 * it serves the named system functions of this one, and nothing that a request may phrase.
 * @throws Fault STORAGE_UNAVAILABLE
 */
export async function systemTrx<T>(db: Database, work: (trx: Trx) => Promise<T>): Promise<T> {
  try {
    return await db.transaction().execute(async (trx) => {
      await sql`select set_config('hub.door', 'system', true)`.execute(trx);
      return await work(trx);
    });
  } catch (error) {
    throw asStorageFault(error);
  }
}
