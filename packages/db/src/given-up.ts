import { Fault } from '@hub/core/fault.ts';
import { sql } from 'kysely';
import type { Trx } from './database.ts';

/**
 * Until the transaction ends: who begins an edit of a call, as many as come; who gives the call up, alone. So neither overlooks what
 * the other is about to store. It locks no row, as each configuration write comes by here.
 */
export async function lockCall(trx: Trx, callId: string, who: 'begins' | 'gives_up'): Promise<void> {
  const lock = sql.raw(who === 'begins' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock');
  await sql`select ${lock}(hashtext('call'), hashtext(${callId}))`.execute(trx);
}

/** Of a call that `lockCall` has. @throws Fault RESOURCE_LOCKED when it has ended, by its own word or by that of who gave it up */
export async function assertGoesOn(trx: Trx, tenantId: string, callId: string): Promise<void> {
  const end = await trx
    .selectFrom('audit')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('call_id', '=', callId)
    .where('phase', '=', 'outcome')
    .executeTakeFirst();
  if (!end) return;
  throw new Fault('RESOURCE_LOCKED', 'This call had ended, or was given up, before it came to this change.', {
    suggestion: 'This change was not sent to the home.',
  });
}
