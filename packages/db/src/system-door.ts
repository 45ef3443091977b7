import { sql } from 'kysely';
import type { Database, Trx } from './database.ts';
import { inTransaction } from './transaction.ts';

/**
 * A transaction that sees the rows of all tenants. This file is closed to other packages (see package.json):
 * it serves the named system functions of this one, and nothing that a request may phrase.
 * @throws Fault STORAGE_UNAVAILABLE, with `outcomeUnknown` when the answer to the commit of a write was lost
 */
export async function systemTrx<T>(db: Database, work: (trx: Trx) => Promise<T>): Promise<T> {
  return await inTransaction(db, sql`select set_config('hub.door', 'system', true)`, work);
}
