import { sql } from 'kysely';
import type { Trx } from '../database.ts';

/** Nobody else reads or writes these tables until the transaction ends. */
export async function lockTables(trx: Trx, ...tables: readonly string[]): Promise<void> {
  await sql`lock table ${sql.join(tables.map((table) => sql.table(table)))} in access exclusive mode`.execute(trx);
}
