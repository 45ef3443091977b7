import { sql } from 'kysely';
import type { Trx } from './database.ts';

/** Schedules that wait for a maintenance window look anew, as the windows or the clock they go by have changed; of one home, or of all. */
export async function wakeSchedules(trx: Trx, tenantId: string, homeId?: string): Promise<void> {
  const ofHome = homeId === undefined ? sql`` : sql`and home_id = ${homeId}`;
  await sql`update schedule set next_at = now() where tenant_id = ${tenantId} and waits ${ofHome}`.execute(trx);
}
