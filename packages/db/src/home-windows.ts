import { type MaintenanceWindow, storedWindows } from '@hub/core/maintenance-windows.ts';
import { isTimeZone } from '@hub/core/zone-clock.ts';
import { sql } from 'kysely';
import type { Database } from './database.ts';
import { tenantTrx } from './doors.ts';

/** When changes at a home may begin, by its clock. */
export interface HomeWindows {
  readonly homeId: string;
  /** Slug. */
  readonly home: string;
  readonly windows: readonly MaintenanceWindow[];
  /** Those of the home itself, and not of its tenant. */
  readonly isOwn: boolean;
  readonly timeZone: string;
  /** Writes over many homes leave it alone, open or not. */
  readonly isPinned: boolean;
}

/** Of all homes of a tenant, or of one of them, by slug. @throws Fault STORAGE_UNAVAILABLE */
export async function listHomeWindows(
  db: Database,
  tenantId: string,
  homeId?: string,
): Promise<readonly HomeWindows[]> {
  const { rows } = await tenantTrx(db, tenantId, (trx) =>
    sql<{ id: string; slug: string; time_zone: string | null; windows: string[]; is_own: boolean; is_pinned: boolean }>`
      select h.id, h.slug, h.time_zone, coalesce(h.maintenance_windows, t.maintenance_windows) as windows,
        h.maintenance_windows is not null as is_own, h.is_pinned
      from home h join tenant t on t.id = h.tenant_id
      where h.tenant_id = ${tenantId} and ${homeId === undefined ? sql`true` : sql`h.id = ${homeId}`}
      order by h.slug`.execute(trx),
  );
  return rows.map((row) => ({
    ...{ homeId: row.id, home: row.slug, windows: storedWindows(row.windows), isOwn: row.is_own },
    ...{ timeZone: zoneOf(row.time_zone), isPinned: row.is_pinned },
  }));
}

/** UTC where a home has none, or one that is none. */
export function zoneOf(timeZone: string | null): string {
  return timeZone !== null && isTimeZone(timeZone) ? timeZone : 'UTC';
}
