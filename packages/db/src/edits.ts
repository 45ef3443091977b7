import { newId } from '@hub/core/ids.ts';
import { type Expression, type ExpressionBuilder, type Selectable, type SqlBool, sql } from 'kysely';
import type { Actor, ActorKind } from './actor.ts';
import { getBlob, putBlob, sweepBlobs } from './blobs.ts';
import { notFound } from './constraint-fault.ts';
import type { Database, Trx } from './database.ts';
import { tenantTrx } from './doors.ts';
import { assertGoesOn, lockCall } from './given-up.ts';
import type { EditTable, Schema } from './schema.ts';
import type { Vault } from './vault.ts';

/** intent: stored before the write left · done · failed · unknown: nobody could tell whether it happened. */
export type EditState = 'intent' | 'done' | 'failed' | 'unknown';

export interface NewEdit {
  readonly homeId: string;
  readonly connectorId: string | undefined;
  readonly callId: string;
  readonly item: { readonly kind: string; readonly id: string };
  readonly tool: string;
  /** The item as it stands; undefined when it is not there. Any JSON. */
  readonly before: unknown;
  readonly actor: Actor;
}

export interface EditOutcome {
  readonly state: Exclude<EditState, 'intent'>;
  /** The item as it became; undefined when it is gone, or the outcome is not known. */
  readonly after?: unknown;
  /** When the home gave a new item its id. */
  readonly itemId?: string | undefined;
  readonly faultCode?: string | undefined;
}

/** A configuration write, without the two texts. */
export interface EditSummary {
  readonly id: string;
  readonly homeId: string;
  readonly connectorId: string | undefined;
  readonly callId: string;
  readonly item: { readonly kind: string; readonly id: string };
  readonly tool: string;
  readonly state: EditState;
  readonly wasThere: boolean;
  readonly isThere: boolean;
  /** What the item as it was takes, compressed and sealed. */
  readonly beforeBytes: number;
  readonly faultCode: string | undefined;
  readonly createdAt: Date;
  readonly finishedAt: Date | undefined;
  readonly actor: { readonly kind: ActorKind; readonly id: string | undefined };
}

export type Edit = EditSummary & { readonly before: unknown; readonly after: unknown };

/**
 * Stores the intent with the item as it was; resolves with the edit's id. The write may leave after this and not before.
 * @throws Fault STORAGE_UNAVAILABLE | RESOURCE_LOCKED when the call has ended meanwhile: then it must not leave
 */
export async function beginEdit(db: Database, vault: Vault, tenantId: string, edit: NewEdit): Promise<string> {
  const id = newId();
  await tenantTrx(db, tenantId, async (trx) => {
    const before = edit.before === undefined ? null : await putBlob(trx, vault, tenantId, edit.before);
    await lockCall(trx, edit.callId, 'begins');
    await assertGoesOn(trx, tenantId, edit.callId);
    await trx
      .insertInto('edit')
      .values({
        id,
        tenant_id: tenantId,
        home_id: edit.homeId,
        connector_id: edit.connectorId ?? null,
        call_id: edit.callId,
        kind: edit.item.kind,
        item_id: edit.item.id,
        tool: edit.tool,
        before_digest: before,
        actor_kind: edit.actor.kind,
        actor_id: edit.actor.id ?? null,
      })
      .execute();
  });
  return id;
}

/** Stores how it went. A reconciler may settle an `unknown` one later. @throws Fault RESOURCE_NOT_FOUND | STORAGE_UNAVAILABLE */
export async function finishEdit(
  db: Database,
  vault: Vault,
  tenantId: string,
  editId: string,
  outcome: EditOutcome,
): Promise<void> {
  await tenantTrx(db, tenantId, async (trx) => {
    const after = outcome.after === undefined ? null : await putBlob(trx, vault, tenantId, outcome.after);
    const changed = await trx
      .updateTable('edit')
      .set({
        state: outcome.state,
        after_digest: after,
        fault_code: outcome.faultCode ?? null,
        finished_at: new Date(),
        ...(outcome.itemId === undefined ? {} : { item_id: outcome.itemId }),
      })
      .where('tenant_id', '=', tenantId)
      .where('id', '=', editId)
      .where('state', 'in', ['intent', 'unknown'])
      .executeTakeFirst();
    if (changed.numUpdatedRows === 0n)
      throw notFound(`An unfinished edit ${editId}`, 'It may have been finished or removed.');
  });
}

export interface EditFilter {
  readonly homeId?: string | undefined;
  readonly connectorId?: string | undefined;
  readonly kind?: string | undefined;
  readonly itemId?: string | undefined;
  readonly callId?: string | undefined;
  readonly state?: EditState | undefined;
  /** Only edits that keep what the item was. */
  readonly wasThere?: boolean | undefined;
  readonly createdFrom?: Date | undefined;
  readonly createdBefore?: Date | undefined;
  /** Only edits older than this one. */
  readonly beforeId?: string | undefined;
  /** 50 unless told. */
  readonly limit?: number | undefined;
}

/** Newest first. @throws Fault STORAGE_UNAVAILABLE */
export async function listEdits(
  db: Database,
  tenantId: string,
  filter: EditFilter = {},
): Promise<readonly EditSummary[]> {
  const rows = await tenantTrx(db, tenantId, (trx) =>
    selectEdits(trx, tenantId)
      .where((is) => is.and(conditions(is, filter)))
      .orderBy('id', 'desc')
      .limit(filter.limit ?? 50)
      .execute(),
  );
  return rows.map(toSummary);
}

function conditions(is: ExpressionBuilder<Schema, 'edit'>, filter: EditFilter): Expression<SqlBool>[] {
  const when = <T>(value: T | undefined, condition: (value: T) => Expression<SqlBool>) =>
    value === undefined ? [] : [condition(value)];
  return [
    ...when(filter.homeId, (id) => is('edit.home_id', '=', id)),
    ...when(filter.connectorId, (id) => is('edit.connector_id', '=', id)),
    ...when(filter.kind, (kind) => is('edit.kind', '=', kind)),
    ...when(filter.itemId, (id) => is('edit.item_id', '=', id)),
    ...when(filter.callId, (id) => is('edit.call_id', '=', id)),
    ...when(filter.state, (state) => is('edit.state', '=', state)),
    ...when(filter.wasThere, (was) => is('edit.before_digest', was ? 'is not' : 'is', null)),
    ...when(filter.createdFrom, (from) => is('edit.created_at', '>=', from)),
    ...when(filter.createdBefore, (to) => is('edit.created_at', '<', to)),
    ...when(filter.beforeId, (id) => is('edit.id', '<', id)),
  ];
}

/** With before and after opened; undefined when there is none. @throws Fault STORAGE_UNAVAILABLE */
export async function getEdit(db: Database, vault: Vault, tenantId: string, editId: string): Promise<Edit | undefined> {
  return await tenantTrx(db, tenantId, async (trx) => {
    const row = await selectEdits(trx, tenantId).where('id', '=', editId).executeTakeFirst();
    if (row === undefined) return undefined;
    const before = row.before_digest === null ? undefined : await getBlob(trx, vault, tenantId, row.before_digest);
    const after = row.after_digest === null ? undefined : await getBlob(trx, vault, tenantId, row.after_digest);
    return { ...toSummary(row), before, after };
  });
}

function selectEdits(trx: Trx, tenantId: string) {
  return trx
    .selectFrom('edit')
    .selectAll('edit')
    .select((is) =>
      is
        .selectFrom('blob')
        .select('blob.size_bytes')
        .whereRef('blob.tenant_id', '=', 'edit.tenant_id')
        .whereRef('blob.digest', '=', 'edit.before_digest')
        .as('before_bytes'),
    )
    .where('edit.tenant_id', '=', tenantId);
}

/**
 * The call of an edit has an intent and no outcome. Who comes to find out how it ended takes an edit that is not there for a write
 * that never left, so such a one stays. A subquery of one value: it is always a look by index, and never a join with the whole trail.
 */
const IS_CALL_OPEN = sql<boolean>`coalesce((
  select bool_and(audit.phase = 'intent') from audit where audit.tenant_id = edit.tenant_id and audit.call_id = edit.call_id
), false)`;

/**
 * Removes finished edits of one home, and what only they kept; not while the end of their call is not known. Resolves with the ids of
 * those that went. @throws Fault STORAGE_UNAVAILABLE
 */
export async function removeEdits(
  db: Database,
  tenantId: string,
  homeId: string,
  editIds: readonly string[],
): Promise<readonly string[]> {
  if (editIds.length === 0) return [];
  return await tenantTrx(db, tenantId, async (trx) => {
    const gone = await trx
      .deleteFrom('edit')
      .where('tenant_id', '=', tenantId)
      .where('home_id', '=', homeId)
      .where('state', '<>', 'intent')
      .where('id', 'in', [...editIds])
      .where(sql<boolean>`not ${IS_CALL_OPEN}`)
      .returning('id')
      .execute();
    if (gone.length > 0) await sweepBlobs(trx, tenantId);
    return gone.map(({ id }) => id);
  });
}

export interface EditLimits {
  readonly maxCount: number;
  readonly maxAgeMs: number;
  /** Sealed bytes of before and after together. */
  readonly maxBytes: number;
}

/** From here on the index `blob_large` knows an item. */
const LARGE_BYTES = 16_384;

/**
 * Homes that may have edits beyond any of the limits, also those that were removed. Asked each hour over all edits of a tenant, so
 * it reads indexes alone: a home is named for its bytes when as many edits of the tenant's largest item would be too much, and
 * `trimEdits` adds up what they are. @throws Fault STORAGE_UNAVAILABLE
 */
export async function listHomesToTrim(
  db: Database,
  tenantId: string,
  { maxCount, maxAgeMs, maxBytes }: EditLimits,
): Promise<readonly string[]> {
  const { rows } = await tenantTrx(db, tenantId, (trx) =>
    sql<{ home: string }>`
      select home_id as home from edit where tenant_id = ${tenantId}
      group by home_id
      having count(*) > ${maxCount}
        or count(*) * 2 * greatest(${LARGE_BYTES}, (
          select max(size_bytes) from blob where tenant_id = ${tenantId} and size_bytes > ${sql.lit(LARGE_BYTES)}
        )) > ${maxBytes}
      union
      select home_id from edit
      where tenant_id = ${tenantId} and state <> 'intent' and created_at < ${new Date(Date.now() - maxAgeMs)}
        and not ${IS_CALL_OPEN}`.execute(trx),
  );
  return rows.map(({ home }) => home);
}

/**
 * Removes the oldest finished edits of a home beyond any of the limits, and what only they kept; not while the end of their call is
 * not known. Resolves with their number. @throws Fault STORAGE_UNAVAILABLE
 */
export async function trimEdits(db: Database, tenantId: string, homeId: string, limits: EditLimits): Promise<number> {
  return await tenantTrx(db, tenantId, async (trx) => {
    const { rows } = await sql<{ id: string }>`
      with sized as (
        select e.id, e.state, e.created_at,
          row_number() over newest as place,
          sum(coalesce(b.size_bytes, 0) + coalesce(a.size_bytes, 0)) over newest as bytes
        from edit e
        left join blob b on b.tenant_id = e.tenant_id and b.digest = e.before_digest
        left join blob a on a.tenant_id = e.tenant_id and a.digest = e.after_digest
        where e.tenant_id = ${tenantId} and e.home_id = ${homeId}
        window newest as (order by e.id desc rows between unbounded preceding and current row)
      )
      delete from edit using sized
      where edit.tenant_id = ${tenantId} and edit.id = sized.id and sized.state <> 'intent'
        and (sized.place > ${limits.maxCount} or sized.bytes > ${limits.maxBytes}
          or sized.created_at < ${new Date(Date.now() - limits.maxAgeMs)})
        and not ${IS_CALL_OPEN}
      returning edit.id`.execute(trx);
    if (rows.length > 0) await sweepBlobs(trx, tenantId);
    return rows.length;
  });
}

function toSummary(row: Selectable<EditTable> & { readonly before_bytes: number | null }): EditSummary {
  return {
    id: row.id,
    homeId: row.home_id,
    connectorId: row.connector_id ?? undefined,
    callId: row.call_id,
    item: { kind: row.kind, id: row.item_id },
    tool: row.tool,
    state: row.state,
    wasThere: row.before_digest !== null,
    isThere: row.after_digest !== null,
    beforeBytes: row.before_bytes ?? 0,
    faultCode: row.fault_code ?? undefined,
    createdAt: row.created_at,
    finishedAt: row.finished_at ?? undefined,
    actor: { kind: row.actor_kind, id: row.actor_id ?? undefined },
  };
}
