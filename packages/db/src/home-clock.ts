import type { Database, Trx } from './database.ts';
import { tenantTrx } from './doors.ts';
import { retimeSchedules } from './schedules.ts';
import { wakeSchedules } from './wake-schedules.ts';

/** By which clock a home goes; what goes by it moves with it. Nothing happens where it is this one. */
export async function setClock(
  trx: Trx,
  { tenantId, homeId }: { readonly tenantId: string; readonly homeId: string },
  timeZone: string | null,
): Promise<void> {
  const set = await trx
    .updateTable('home')
    .set({ time_zone: timeZone })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', homeId)
    .where('time_zone', 'is distinct from', timeZone)
    .executeTakeFirst();
  if (set.numUpdatedRows === 0n) return;
  await wakeSchedules(trx, tenantId, homeId);
  await retimeSchedules(trx, tenantId, homeId);
}

/** The clock that Home Assistant goes by, where nobody said which one it is. @throws Fault STORAGE_UNAVAILABLE */
export async function learnTimeZone(db: Database, tenantId: string, homeId: string, timeZone: string): Promise<void> {
  await tenantTrx(db, tenantId, async (trx) => {
    const unsaid = await trx
      .selectFrom('home')
      .select('id')
      .where('tenant_id', '=', tenantId)
      .where('id', '=', homeId)
      .where('time_zone', 'is', null)
      .forNoKeyUpdate()
      .executeTakeFirst();
    if (unsaid) await setClock(trx, { tenantId, homeId }, timeZone);
  });
}
