import { sql } from 'kysely';
import type { Database, Trx } from './database.ts';
import type { Schema } from './schema.ts';
import { systemTrx } from './system-door.ts';

export type ChangeKind = Schema['change']['kind'];

export interface Change {
  /** Tells a change that is told again from a new one. */
  readonly id: number;
  readonly tenantId: string;
  readonly kind: ChangeKind;
  /** Id of the tenant, member, home or connector; a credential's change names its connector. */
  readonly rowId: string;
}

/** Tells the replicas, with the commit of this transaction, that a row they may have cached is different now. */
export async function noteChange(trx: Trx, tenantId: string, kind: ChangeKind, rowId: string): Promise<void> {
  await trx.insertInto('change').values({ tenant_id: tenantId, kind, row_id: rowId }).execute();
}

/** Where to start reading: everything committed before this call lies behind the cursor. Opaque text. @throws Fault STORAGE_UNAVAILABLE */
export async function latestChangeCursor(db: Database): Promise<string> {
  return await systemTrx(db, async (trx) => {
    const { rows } = await sql<{
      cursor: string;
    }>`select pg_snapshot_xmin(pg_current_snapshot())::text as cursor`.execute(trx);
    return rows[0]?.cursor ?? '0';
  });
}

/**
 * Changes committed since `cursor`, and the cursor to ask with next. None is ever missed; while a transaction stays open,
 * those that began after it are told again with each call.
 *
 * A serial id would miss some: a row with a low id may commit after one with a higher id was read. The cursor is the
 * oldest transaction still open at the time of reading, so whoever commits later is on its far side.
 * @throws Fault STORAGE_UNAVAILABLE
 */
export async function readChangesSince(
  db: Database,
  cursor: string,
): Promise<{ readonly changes: readonly Change[]; readonly cursor: string }> {
  return await systemTrx(db, async (trx) => {
    // One statement, one snapshot: rows and cursor belong together.
    const { rows } = await sql<{
      cursor: string;
      id: number;
      tenant_id: string | null;
      kind: ChangeKind;
      row_id: string;
    }>`
      select s.cursor::text as cursor, c.id, c.tenant_id, c.kind, c.row_id
      from (select pg_snapshot_xmin(pg_current_snapshot()) as cursor) s
      left join change c on c.xid >= ${cursor}::xid8
      order by c.id`.execute(trx);
    const changes = rows.flatMap((row) =>
      row.tenant_id === null ? [] : [{ id: row.id, tenantId: row.tenant_id, kind: row.kind, rowId: row.row_id }],
    );
    return { changes, cursor: rows[0]?.cursor ?? cursor };
  });
}

/** Removes changes older than `olderThanMs`, which every live replica has read. Resolves with their number. */
export async function pruneChanges(db: Database, olderThanMs: number): Promise<number> {
  const before = new Date(Date.now() - olderThanMs);
  const result = await systemTrx(db, (trx) => trx.deleteFrom('change').where('at', '<', before).executeTakeFirst());
  return Number(result.numDeletedRows);
}
