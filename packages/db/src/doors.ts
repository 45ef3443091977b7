import { sql } from 'kysely';
import type { Database, Trx } from './database.ts';
import { asStorageFault } from './storage-fault.ts';

/** Which tenant an open transaction stands in, so that one opened for another tenant is never reused. */
const tenantOf = new WeakMap<Database, string>();

/**
 * A transaction that sees and writes the rows of one tenant only. Given a transaction already inside this tenant, joins it.
 * @throws Fault STORAGE_UNAVAILABLE
 */
export async function tenantTrx<T>(db: Database | Trx, tenantId: string, work: (trx: Trx) => Promise<T>): Promise<T> {
  if (isTrx(db)) {
    if (tenantOf.get(db) !== tenantId) throw new Error('this transaction was not opened by tenantTrx for this tenant');
    return await work(db);
  }
  try {
    return await db.transaction().execute(async (trx) => {
      await sql`select set_config('hub.tenant_id', ${tenantId}, true)`.execute(trx);
      tenantOf.set(trx, tenantId);
      return await work(trx);
    });
  } catch (error) {
    throw asStorageFault(error);
  }
}

function isTrx(db: Database | Trx): db is Trx {
  return db.isTransaction;
}
