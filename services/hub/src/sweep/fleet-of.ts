import type { FleetHome } from '@hub/core/fleet-filter.ts';
import { closedUntil } from '@hub/core/maintenance-windows.ts';
import type { Database } from '@hub/db/database.ts';
import { listHomeStatuses } from '@hub/db/home-status.ts';
import { type HomeWindows, listHomeWindows } from '@hub/db/home-windows.ts';
import { listHomes } from '@hub/db/homes.ts';
import { listScheduleStandings } from '@hub/db/schedules.ts';

/** A tenant's homes, or those among the given ids, with what the last look at each found. @throws Fault STORAGE_UNAVAILABLE */
export async function readFleet(
  db: Database,
  tenantId: string,
  only?: ReadonlySet<string>,
): Promise<readonly FleetHome[]> {
  const [homes, statuses, windows, schedules] = await Promise.all([
    listHomes(db, tenantId),
    listHomeStatuses(db, tenantId),
    listHomeWindows(db, tenantId),
    listScheduleStandings(db, tenantId),
  ]);
  const opens = openingTimes(windows);
  return homes
    .filter(({ id }) => !only || only.has(id))
    .map(({ id, slug, name, tags, country, region, isPinned, link }) => {
      const {
        fault: _fault,
        checkedAt: _checked,
        isAdmin: _admin,
        locationName: _name,
        ...status
      } = statuses.get(id) ?? {};
      const known = { slug, name, tags, country, region, isPinned, windowOpensAt: opens.get(id) };
      return { ...known, schedules: schedules.get(id), ...status, tokenExpiresAt: link.credentialExpiresAt };
    });
}

/** The homes of a connector. @throws Fault STORAGE_UNAVAILABLE */
export async function fleetOf(
  db: Database,
  { tenantId, homes }: { readonly tenantId: string; readonly homes: readonly { readonly id: string }[] },
): Promise<readonly FleetHome[]> {
  return readFleet(db, tenantId, new Set(homes.map(({ id }) => id)));
}

/** By home. Most homes of a tenant have its windows and one of a few time zones: each of these is judged once. */
function openingTimes(homes: readonly HomeWindows[]): ReadonlyMap<string, string | undefined> {
  const now = new Date();
  const known = new Map<string, string | undefined>();
  return new Map(
    homes.map(({ homeId, windows, timeZone }) => {
      const key = JSON.stringify([timeZone, windows]);
      if (!known.has(key)) known.set(key, closedUntil(windows, timeZone, now));
      return [homeId, known.get(key)];
    }),
  );
}
