import type { Selectable } from 'kysely';
import type { Database } from './database.ts';
import { tenantTrx } from './doors.ts';
import type { HomeSweep } from './home-sweeps.ts';
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

/** The same with what the last sweep found; undefined where the home did not tell. */
export interface SweptStatus extends HomeStatus, Partial<HomeSweep> {
  readonly sweptAt: Date | undefined;
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

/** Notes that a home was not reached, and leaves what was known of it as it was. @throws Fault STORAGE_UNAVAILABLE */
export async function writeHomeMissed(
  db: Database,
  tenantId: string,
  homeId: string,
  { state, fault }: { readonly state: HomeStatus['state']; readonly fault: NonNullable<HomeStatus['fault']> },
): Promise<void> {
  const columns = { state, fault_code: fault.code, fault_message: fault.message, checked_at: new Date() };
  await tenantTrx(db, tenantId, (trx) =>
    trx
      .insertInto('home_status')
      .columns(['home_id', 'tenant_id', 'state', 'fault_code', 'fault_message', 'checked_at'])
      .expression((build) =>
        build
          .selectFrom('home')
          .select((is) => [
            'id',
            'tenant_id',
            is.val(state).as('state'),
            is.val(fault.code).as('fault_code'),
            is.val(fault.message).as('fault_message'),
            is.val(columns.checked_at).as('checked_at'),
          ])
          .where('tenant_id', '=', tenantId)
          .where('id', '=', homeId),
      )
      .onConflict((conflict) => conflict.column('home_id').doUpdateSet(columns))
      .execute(),
  );
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
export async function listHomeStatuses(db: Database, tenantId: string): Promise<ReadonlyMap<string, SweptStatus>> {
  const rows = await tenantTrx(db, tenantId, (trx) =>
    trx.selectFrom('home_status').selectAll().where('tenant_id', '=', tenantId).execute(),
  );
  return new Map(rows.map((row) => [row.home_id, { ...toHomeStatus(row), ...sweptFacts(row) }]));
}

function sweptFacts(row: Selectable<HomeStatusTable>): HomeSweep & { readonly sweptAt: Date | undefined } {
  return {
    coreUpdate: row.core_update ?? undefined,
    osUpdate: row.os_update ?? undefined,
    updatesPending: row.updates_pending ?? undefined,
    lastBackupAt: row.last_backup_at ?? undefined,
    hasBackup: row.has_backup ?? undefined,
    diskFreeBytes: row.disk_free_bytes ?? undefined,
    diskTotalBytes: row.disk_total_bytes ?? undefined,
    repairs: row.repairs ?? undefined,
    unavailableEntities: row.unavailable_entities ?? undefined,
    lowBatteries: row.low_batteries ?? undefined,
    certificateExpiresAt: row.certificate_expires_at ?? undefined,
    sweptAt: row.swept_at ?? undefined,
  };
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
