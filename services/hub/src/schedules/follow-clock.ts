import type { Database } from '@hub/db/database.ts';
import { retimeSchedules } from '@hub/db/schedules.ts';
import { nextStart } from './next-tick.ts';

/** The clock of a home is another one than before: its schedules go by that one at once. @throws Fault STORAGE_UNAVAILABLE */
export async function followClock(db: Database, tenantId: string, homeId: string): Promise<void> {
  const now = new Date();
  await retimeSchedules(db, tenantId, homeId, (cron, timeZone) => nextStart(cron, timeZone, now));
}
