import { sql } from 'kysely';
import type { Database, Trx } from './database.ts';
import { inTransaction } from './transaction.ts';

/** Which tenant an open transaction stands in, so that one opened for another tenant is never reused. */
const tenantOf = new WeakMap<Database, string>();

/**
 * A transaction that sees and writes the rows of one tenant only. Given a transaction already inside this tenant, joins it.
 * @throws Fault STORAGE_UNAVAILABLE, with `outcomeUnknown` when the answer to the commit of a write was lost
 */
export async function tenantTrx<T>(db: Database | Trx, tenantId: string, work: (trx: Trx) => Promise<T>): Promise<T> {
  if (isTrx(db)) {
    if (tenantOf.get(db) !== tenantId) throw new Error('this transaction was not opened by tenantTrx for this tenant');
    return await work(db);
  }
  return await inTransaction(db, sql`select set_config('hub.tenant_id', ${tenantId}, true)`, (trx) => {
    tenantOf.set(trx, tenantId);
    return work(trx);
  });
}

function isTrx(db: Database | Trx): db is Trx {
  return db.isTransaction;
}
