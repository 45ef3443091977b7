import type { Database } from './database.ts';
import { tenantTrx } from './doors.ts';
import { saidTimeZone } from './home-record.ts';
import { retimeSchedules } from './schedules.ts';
import { wakeSchedules } from './wake-schedules.ts';

/** By which clock a home goes. */
export interface ClockInput {
  /** As a person says; `null`: nobody does. */
  readonly timeZone?: string | null | undefined;
  /** As its Home Assistant says, which holds where no person does. */
  readonly seenTimeZone?: string | undefined;
}

/** What goes by the clock of a home moves with it, in this transaction. @throws Fault STORAGE_UNAVAILABLE */
export async function setClock(
  db: Database,
  { tenantId, homeId }: { readonly tenantId: string; readonly homeId: string },
  { timeZone, seenTimeZone }: ClockInput,
): Promise<void> {
  if (timeZone === undefined && seenTimeZone === undefined) return;
  await tenantTrx(db, tenantId, async (trx) => {
    const before = await trx
      .selectFrom('home')
      .select(['time_zone', 'learnt_time_zone'])
      .where('tenant_id', '=', tenantId)
      .where('id', '=', homeId)
      .forNoKeyUpdate()
      .executeTakeFirst();
    if (!before) return;
    const said = timeZone === undefined ? saidTimeZone(before) : timeZone;
    const learnt = said === null ? (seenTimeZone ?? before.learnt_time_zone) : null;
    const now = said ?? learnt;
    await trx
      .updateTable('home')
      .set({ time_zone: now, learnt_time_zone: learnt })
      .where('tenant_id', '=', tenantId)
      .where('id', '=', homeId)
      .execute();
    if (now === before.time_zone) return;
    await wakeSchedules(trx, tenantId, homeId);
    await retimeSchedules(trx, tenantId, homeId);
  });
}
