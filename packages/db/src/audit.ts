import type { Effect } from '@hub/core/effect.ts';
import { Fault } from '@hub/core/fault.ts';
import { newId } from '@hub/core/ids.ts';
import { type Insertable, sql } from 'kysely';
import type { Actor, ActorKind } from './actor.ts';
import type { Database, Trx } from './database.ts';
import { tenantTrx } from './doors.ts';
import { assertHeld, type HomeHold } from './home-holders.ts';
import { jsonText } from './json-text.ts';
import type { AuditTable } from './schema.ts';
import { systemTrx } from './system-door.ts';

export type Decision = 'allow' | 'deny' | 'ask';
export type CallOutcome = 'done' | 'failed' | 'refused' | 'cancelled' | 'unknown';

/** What is known of a call before it runs. */
export interface CallFacts {
  readonly tenantId: string;
  /** One per call and home. */
  readonly callId: string;
  readonly homeId: string | undefined;
  readonly connectorId: string | undefined;
  readonly actor: Actor;
  readonly tool: string;
  readonly effect: Effect;
  readonly decision: Decision;
  /** Redacted by the caller. Any JSON. */
  readonly argsSummary?: unknown;
  readonly argsDigest?: string | undefined;
  /** Now unless told. */
  readonly at?: Date | undefined;
  /** With `seq`, which counts up within a replica's run, a lost row shows as a gap. */
  readonly replicaId?: string | undefined;
  readonly seq?: number | undefined;
}

export interface SettledCall extends CallFacts {
  readonly outcome: CallOutcome;
  readonly faultCode?: string | undefined;
  readonly durationMs?: number | undefined;
}

/**
 * Stored before a write leaves; with `hold` only while that replica still has the home by that epoch.
 * @throws Fault STORAGE_UNAVAILABLE | CONNECTION_FAILED when another replica has it | RESOURCE_LOCKED when the call was given up before
 * it began: then it must not leave
 */
export async function writeIntent(db: Database, call: CallFacts, hold?: HomeHold): Promise<void> {
  const isFirst = hold
    ? await systemTrx(db, async (trx) => {
        await assertHeld(trx, hold);
        return takePlace(trx, call);
      })
    : await tenantTrx(db, call.tenantId, (trx) => takePlace(trx, call));
  if (isFirst) return;
  throw new Fault('RESOURCE_LOCKED', 'This call was given up before it began: whoever asked for it went away.', {
    suggestion: 'Nothing was sent to the home.',
  });
}

/** Settles an intent; a second one for the same call changes nothing. @throws Fault STORAGE_UNAVAILABLE */
export async function writeOutcome(db: Database, call: SettledCall): Promise<void> {
  await tenantTrx(db, call.tenantId, (trx) =>
    trx
      .insertInto('audit')
      .values({ ...intentRow(call), ...outcomeColumns(call), phase: 'outcome' })
      .onConflict((conflict) => conflict.columns(['tenant_id', 'call_id', 'phase']).doNothing())
      .execute(),
  );
}

/**
 * Calls that are stored after they ended, in one row each: reads, control, and whatever was refused. Of any tenants.
 * All rows travel as one JSON parameter: half the work of a parameter per column (16 µs a row), done while no call goes on.
 * @throws Fault STORAGE_UNAVAILABLE
 */
export async function writeBatch(db: Database, calls: readonly SettledCall[]): Promise<void> {
  if (calls.length === 0) return;
  const rows = calls.map((call) => ({ ...factColumns(call), ...outcomeColumns(call), phase: 'call' }));
  // Named, as a column added by newer code keeps its default.
  const columns = sql.join(Object.keys(rows[0] ?? {}).map((name) => sql.ref(name)));
  await systemTrx(db, (trx) =>
    sql`insert into audit (${columns}) select ${columns} from jsonb_populate_recordset(null::audit, ${jsonText(rows)}::jsonb)
      on conflict (tenant_id, call_id, phase) do nothing`.execute(trx),
  );
}

/** One call, intent and outcome joined. */
export interface AuditEntry {
  /** Of the first row: pass it as `beforeId` for the next page. */
  readonly id: string;
  readonly callId: string;
  readonly at: Date;
  readonly homeId: string | undefined;
  readonly connectorId: string | undefined;
  readonly actor: { readonly kind: ActorKind; readonly id: string | undefined };
  readonly tool: string;
  readonly effect: Effect;
  readonly decision: Decision;
  readonly argsSummary: unknown;
  readonly argsDigest: string | undefined;
  /** `unknown` also while an intent has no outcome yet. */
  readonly outcome: CallOutcome;
  readonly faultCode: string | undefined;
  readonly durationMs: number | undefined;
}

export interface AuditFilter {
  readonly homeId?: string | undefined;
  readonly connectorId?: string | undefined;
  readonly tool?: string | undefined;
  readonly callId?: string | undefined;
  readonly effects?: readonly Effect[] | undefined;
  readonly since?: Date | undefined;
  /** Only entries stored before this one. */
  readonly beforeId?: string | undefined;
  /** 50 unless told. */
  readonly limit?: number | undefined;
}

/** Newest first. @throws Fault STORAGE_UNAVAILABLE */
export async function listAudit(
  db: Database,
  tenantId: string,
  filter: AuditFilter = {},
): Promise<readonly AuditEntry[]> {
  const rows = await tenantTrx(db, tenantId, (trx) => {
    let query = trx
      .selectFrom('audit')
      .leftJoin('audit as settled', (join) =>
        join
          .onRef('settled.tenant_id', '=', 'audit.tenant_id')
          .onRef('settled.call_id', '=', 'audit.call_id')
          .on('settled.phase', '=', 'outcome'),
      )
      .selectAll('audit')
      .select([
        sql<CallOutcome>`coalesce(settled.outcome, audit.outcome, 'unknown')`.as('joined_outcome'),
        sql<string | null>`coalesce(settled.fault_code, audit.fault_code)`.as('joined_fault_code'),
        sql<number | null>`coalesce(settled.duration_ms, audit.duration_ms)`.as('joined_duration_ms'),
      ])
      .where('audit.tenant_id', '=', tenantId)
      .where('audit.phase', 'in', ['intent', 'call']);
    if (filter.homeId !== undefined) query = query.where('audit.home_id', '=', filter.homeId);
    if (filter.connectorId !== undefined) query = query.where('audit.connector_id', '=', filter.connectorId);
    if (filter.tool !== undefined) query = query.where('audit.tool', '=', filter.tool);
    if (filter.callId !== undefined) query = query.where('audit.call_id', '=', filter.callId);
    if (filter.effects !== undefined) query = query.where('audit.effect', 'in', filter.effects);
    if (filter.since !== undefined) query = query.where('audit.at', '>=', filter.since);
    if (filter.beforeId !== undefined) query = query.where('audit.id', '<', filter.beforeId);
    return query
      .orderBy('audit.id', 'desc')
      .limit(filter.limit ?? 50)
      .execute();
  });
  return rows.map((row) => ({
    id: row.id,
    callId: row.call_id,
    at: row.at,
    homeId: row.home_id ?? undefined,
    connectorId: row.connector_id ?? undefined,
    actor: { kind: row.actor_kind, id: row.actor_id ?? undefined },
    tool: row.tool,
    effect: row.effect,
    decision: row.decision,
    argsSummary: row.args_summary ?? undefined,
    argsDigest: row.args_digest ?? undefined,
    outcome: row.joined_outcome,
    faultCode: row.joined_fault_code ?? undefined,
    durationMs: row.joined_duration_ms ?? undefined,
  }));
}

/** Stores the first row under a call's id; false when there is one already. */
export async function takePlace(trx: Trx, call: CallFacts): Promise<boolean> {
  const stored = await trx
    .insertInto('audit')
    .values(intentRow(call))
    .onConflict((conflict) => conflict.columns(['tenant_id', 'call_id', 'phase']).doNothing())
    .executeTakeFirst();
  return stored.numInsertedOrUpdatedRows === 1n;
}

function intentRow(call: CallFacts): Insertable<AuditTable> {
  const { args_summary: summary, ...facts } = factColumns(call);
  return { ...facts, args_summary: summary === null ? null : jsonText(summary) };
}

function factColumns(call: CallFacts) {
  return {
    id: newId(),
    tenant_id: call.tenantId,
    call_id: call.callId,
    phase: 'intent' as const,
    home_id: call.homeId ?? null,
    connector_id: call.connectorId ?? null,
    actor_kind: call.actor.kind,
    actor_id: call.actor.id ?? null,
    tool: call.tool,
    effect: call.effect,
    decision: call.decision,
    args_summary: call.argsSummary ?? null,
    args_digest: call.argsDigest ?? null,
    outcome: null,
    fault_code: null,
    duration_ms: null,
    at: call.at ?? new Date(),
    replica_id: call.replicaId ?? null,
    seq: call.seq ?? null,
  };
}

function outcomeColumns(call: SettledCall) {
  return { outcome: call.outcome, fault_code: call.faultCode ?? null, duration_ms: call.durationMs ?? null };
}
