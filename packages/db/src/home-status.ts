import type { Selectable } from 'kysely';
import type { Database } from './database.ts';
import { tenantTrx } from './doors.ts';
import type { HomeStatusTable } from './schema.ts';

/** What was last seen of a home, kept for people and for homes without a link at the moment. */
export interface HomeStatus {
  readonly state: HomeStatusTable['state'];
  readonly haVersion: string | undefined;
  readonly isAdmin: boolean | undefined;
  readonly locationName: string | undefined;
  /** Last time Home Assistant answered. */
  readonly lastSeenAt: Date | undefined;
  /** Why it is not running; `code` is a FaultCode. */
  readonly fault: { readonly code: string; readonly message: string } | undefined;
  readonly checkedAt: Date;
}

/** Replaces the status. False when the home was removed meanwhile. @throws Fault STORAGE_UNAVAILABLE */
export async function writeHomeStatus(
  db: Database,
  tenantId: string,
  homeId: string,
  status: HomeStatus,
): Promise<boolean> {
  const columns = {
    state: status.state,
    ha_version: status.haVersion ?? null,
    is_admin: status.isAdmin ?? null,
    location_name: status.locationName ?? null,
    last_seen_at: status.lastSeenAt ?? null,
    fault_code: status.fault?.code ?? null,
    fault_message: status.fault?.message ?? null,
    checked_at: status.checkedAt,
  };
  return await tenantTrx(db, tenantId, async (trx) => {
    const home = await trx
      .selectFrom('home')
      .select('id')
      .where('tenant_id', '=', tenantId)
      .where('id', '=', homeId)
      .forKeyShare()
      .executeTakeFirst();
    if (home === undefined) return false;
    await trx
      .insertInto('home_status')
      .values({ home_id: homeId, tenant_id: tenantId, ...columns })
      .onConflict((conflict) => conflict.column('home_id').doUpdateSet(columns))
      .execute();
    return true;
  });
}

/** Undefined before the first contact. @throws Fault STORAGE_UNAVAILABLE */
export async function readHomeStatus(db: Database, tenantId: string, homeId: string): Promise<HomeStatus | undefined> {
  const row = await tenantTrx(db, tenantId, (trx) =>
    trx
      .selectFrom('home_status')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .where('home_id', '=', homeId)
      .executeTakeFirst(),
  );
  return row && toHomeStatus(row);
}

/** Of all homes of the tenant that had one, by home id. @throws Fault STORAGE_UNAVAILABLE */
export async function listHomeStatuses(db: Database, tenantId: string): Promise<ReadonlyMap<string, HomeStatus>> {
  const rows = await tenantTrx(db, tenantId, (trx) =>
    trx.selectFrom('home_status').selectAll().where('tenant_id', '=', tenantId).execute(),
  );
  return new Map(rows.map((row) => [row.home_id, toHomeStatus(row)]));
}

function toHomeStatus(row: Selectable<HomeStatusTable>): HomeStatus {
  return {
    state: row.state,
    haVersion: row.ha_version ?? undefined,
    isAdmin: row.is_admin ?? undefined,
    locationName: row.location_name ?? undefined,
    lastSeenAt: row.last_seen_at ?? undefined,
    fault: row.fault_code === null ? undefined : { code: row.fault_code, message: row.fault_message ?? '' },
    checkedAt: row.checked_at,
  };
}
