import { newId } from '@hub/core/ids.ts';
import { sql } from 'kysely';
import { type CallFacts, type CallOutcome, takePlace } from './audit.ts';
import type { Database, Trx } from './database.ts';
import { tenantTrx } from './doors.ts';
import { type EditOutcome, type EditSummary, finishEdit, listEdits } from './edits.ts';
import { lockCall } from './given-up.ts';
import { jobTables } from './job-record.ts';
import type { Vault } from './vault.ts';

/**
 * What the trail knows of a call under an id that was made before it. not_done: it never began and under this id never can, or was
 * seen not to have happened.
 */
export type CallStanding =
  | { readonly is: 'not_done' }
  /** Its intent is stored, for so long by the database's clock. */
  | { readonly is: 'begun'; readonly forMs: number }
  | { readonly is: 'ended'; readonly outcome: CallOutcome; readonly faultCode: string | undefined };

/**
 * How a call stands whose caller went away. When no row of it is there, its place is taken by one that says so: an intent that comes
 * later is refused, and nothing is sent. `facts.actor` is who looks. @throws Fault STORAGE_UNAVAILABLE
 */
export function closeCall(db: Database, facts: CallFacts): Promise<CallStanding> {
  const { tenantId, callId } = facts;
  return tenantTrx(db, tenantId, async (trx) => {
    const before = await readCall(trx, tenantId, callId);
    if (before) return before;
    // It began in this very moment.
    if (!(await takePlace(trx, facts))) return (await readCall(trx, tenantId, callId)) ?? { is: 'begun', forMs: 0 };
    await settle(trx, tenantId, callId, 'cancelled');
    return { is: 'not_done' };
  });
}

/** What was found out of a call whose process is gone. */
export interface CallVerdict {
  readonly homeId: string;
  readonly outcome: 'done' | 'cancelled';
  /** Its edits, as they stood when it was judged. */
  readonly edits: readonly Pick<EditSummary, 'id' | 'state'>[];
  /** How the unfinished one among them ended. */
  readonly edit?: { readonly id: string; readonly outcome: EditOutcome } | undefined;
}

/** moved: its edits are not those it was judged by, so its process lives and nothing was stored. Else its own word, which stands. */
export type Settling = { readonly is: 'settled' } | { readonly is: 'moved' } | CallStanding;

/**
 * Settles an intent and its edit. The call's own word, should it have come meanwhile, stands, but that an edit may tell of one which
 * said *unknown*. One that was given up stores no edit afterwards. @throws Fault STORAGE_UNAVAILABLE
 */
export function settleCall(
  db: Database,
  vault: Vault,
  { tenantId, callId }: Pick<CallFacts, 'tenantId' | 'callId'>,
  { homeId, outcome, edits, edit }: CallVerdict,
): Promise<Settling> {
  return tenantTrx(db, tenantId, async (trx) => {
    await lockCall(trx, callId, 'gives_up');
    const standing = await readCall(trx, tenantId, callId);
    const isSilent = standing?.is === 'ended' && standing.outcome === 'unknown' && outcome === 'done';
    if (standing && standing.is !== 'begun' && !isSilent) return standing;
    const states = new Map(edits.map(({ id, state }) => [id, state]));
    const now = await listEdits(trx, tenantId, { callId, homeId });
    if (now.length !== states.size || now.some(({ id, state }) => states.get(id) !== state)) return { is: 'moved' };
    await settle(trx, tenantId, callId, outcome);
    if (edit) await finishEdit(trx, vault, tenantId, edit.id, edit.outcome);
    return { is: 'settled' };
  });
}

/** By the job that looks and not by the caller: that tells it from a call that was ended by its caller. */
async function settle(trx: Trx, tenantId: string, callId: string, outcome: 'done' | 'cancelled'): Promise<void> {
  const faultCode = outcome === 'cancelled' ? 'CANCELLED' : null;
  await sql`
    insert into audit (id, tenant_id, call_id, phase, home_id, connector_id, actor_kind, tool, effect, decision,
      args_summary, args_digest, outcome, fault_code)
    select ${newId()}, tenant_id, call_id, 'outcome', home_id, connector_id, 'job', tool, effect, decision,
      args_summary, args_digest, ${outcome}, ${faultCode}
    from audit where tenant_id = ${tenantId} and call_id = ${callId} and phase = 'intent'
    on conflict (tenant_id, call_id, phase) do nothing`.execute(trx);
}

/** Undefined when the trail has no row of it. */
async function readCall(trx: Trx, tenantId: string, callId: string): Promise<CallStanding | undefined> {
  const rows = await trx
    .selectFrom('audit')
    .select([
      ...(['phase', 'outcome', 'fault_code', 'actor_kind'] as const),
      sql<number>`(extract(epoch from clock_timestamp() - coalesce(stored_at, at)) * 1000)::float8`.as('for_ms'),
    ])
    .where('tenant_id', '=', tenantId)
    .where('call_id', '=', callId)
    .execute();
  const end = rows.find(({ phase }) => phase !== 'intent');
  if (end?.outcome === 'cancelled' && end.actor_kind === 'job') return { is: 'not_done' };
  if (end?.outcome) return { is: 'ended', outcome: end.outcome, faultCode: end.fault_code ?? undefined };
  const [intent] = rows;
  return intent && { is: 'begun', forMs: intent.for_ms };
}

/** The job that answers for a call of this tool; undefined when it began none. @throws Fault STORAGE_UNAVAILABLE */
export function findJobOfCall(
  db: Database,
  tenantId: string,
  { callId, tool }: { readonly callId: string; readonly tool: string },
): Promise<string | undefined> {
  return tenantTrx(db, tenantId, async (trx) => {
    const row = await jobTables(trx)
      .selectFrom('job')
      .select('id')
      .where('tenant_id', '=', tenantId)
      .where('call_id', '=', callId)
      .where(sql<boolean>`call ->> 'tool' = ${tool}`)
      .executeTakeFirst();
    return row?.id;
  });
}
