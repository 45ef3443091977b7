import type { Effect } from '@hub/core/effect.ts';
import { newId } from '@hub/core/ids.ts';
import type { Selectable } from 'kysely';
import type { Actor } from './actor.ts';
import { notFound } from './constraint-fault.ts';
import type { Database, Trx } from './database.ts';
import { tenantTrx } from './doors.ts';
import { jsonText } from './json-text.ts';
import type { Schema } from './schema.ts';
import { keyedDigest, type Vault } from './vault.ts';

export type ApprovalState = 'pending' | 'allowed' | 'denied' | 'used' | 'expired';

interface AskedCall {
  readonly connectorId: string;
  readonly tool: string;
  readonly homeIds: readonly string[];
  readonly effect: Effect;
  readonly title: string;
  readonly reason: string;
}

/** Exactly what a person is asked to allow once. */
export interface ApprovalQuestion extends AskedCall {
  /** Canonical text of arguments, of each item as it is and of the policy: kept as a keyed digest only. */
  readonly bound: string;
  /** What it would reach, with a hash of each as it is. */
  readonly itemHashes: Readonly<Record<string, string>>;
}

export interface Approval extends AskedCall {
  readonly id: string;
  readonly reaches: readonly string[];
  readonly state: ApprovalState;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** used: a person had allowed it, and now it is spent · full: too many wait already. */
export type ApprovalAnswer =
  | { readonly kind: 'used' | 'full' }
  | { readonly kind: 'pending' | 'denied'; readonly id: string; readonly expiresAt: Date };

const LIFE_MS = 15 * 60_000;
const MAX_PENDING = 5;
const MAX_LISTED = 100;

/** Spends the approval that was given for exactly this, or files the question. @throws Fault STORAGE_UNAVAILABLE */
export async function useApproval(
  db: Database,
  vault: Vault,
  tenantId: string,
  question: ApprovalQuestion,
): Promise<ApprovalAnswer> {
  const digest = keyedDigest(vault, tenantId, Buffer.from(`approval ${question.bound}`)).toString('hex');
  return await tenantTrx(db, tenantId, async (trx) => {
    // One at a time per connector, so that an approval is spent once and the pending ones are counted right.
    await trx
      .selectFrom('connector')
      .select('id')
      .where('tenant_id', '=', tenantId)
      .where('id', '=', question.connectorId)
      .forUpdate()
      .execute();
    const live = await trx
      .selectFrom('approval')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .where('connector_id', '=', question.connectorId)
      .where('state', 'in', ['pending', 'allowed', 'denied'])
      .where('expires_at', '>', new Date())
      .orderBy('id', 'desc')
      .execute();
    const same = live.filter((row) => isFor(row, question, digest));
    const allowed = same.find(({ state }) => state === 'allowed');
    if (allowed) {
      await trx
        .updateTable('approval')
        .set({ state: 'used', used_at: new Date() })
        .where('tenant_id', '=', tenantId)
        .where('id', '=', allowed.id)
        .execute();
      return { kind: 'used' };
    }
    const [known] = same;
    if (known)
      return { kind: known.state === 'denied' ? 'denied' : 'pending', id: known.id, expiresAt: known.expires_at };
    if (live.filter(({ state }) => state === 'pending').length >= MAX_PENDING) return { kind: 'full' };
    return file(trx, tenantId, question, digest);
  });
}

async function file(trx: Trx, tenantId: string, question: ApprovalQuestion, digest: string): Promise<ApprovalAnswer> {
  const id = newId();
  const expiresAt = new Date(Date.now() + LIFE_MS);
  await trx
    .insertInto('approval')
    .values({
      id,
      tenant_id: tenantId,
      connector_id: question.connectorId,
      tool: question.tool,
      home_ids: [...question.homeIds],
      effect: question.effect,
      title: question.title,
      reason: question.reason,
      args_digest: digest,
      item_hashes: jsonText(question.itemHashes),
      asked_by_kind: 'connector',
      asked_by_id: question.connectorId,
      expires_at: expiresAt,
    })
    .execute();
  return { kind: 'pending', id, expiresAt };
}

/** Newest first, 100 at most. @throws Fault STORAGE_UNAVAILABLE */
export async function listApprovals(
  db: Database,
  tenantId: string,
  { includeDecided = false }: { readonly includeDecided?: boolean } = {},
): Promise<readonly Approval[]> {
  const rows = await tenantTrx(db, tenantId, (trx) =>
    trx
      .selectFrom('approval')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .$if(!includeDecided, (query) => query.where('state', '=', 'pending').where('expires_at', '>', new Date()))
      .orderBy('id', 'desc')
      .limit(MAX_LISTED)
      .execute(),
  );
  return rows.map(toApproval);
}

/**
 * A person's word. Who asked cannot be who decides: an actor of the kind `connector` is refused.
 * @throws Fault RESOURCE_NOT_FOUND when nothing with this id waits | STORAGE_UNAVAILABLE
 */
export async function decideApproval(
  db: Database,
  tenantId: string,
  id: string,
  decision: 'allowed' | 'denied',
  actor: Actor,
): Promise<Approval> {
  if (actor.kind === 'connector') throw new Error('a connector cannot decide what connectors ask');
  const row = await tenantTrx(db, tenantId, (trx) =>
    trx
      .updateTable('approval')
      .set({
        state: decision,
        decided_at: new Date(),
        decided_by_kind: actor.kind,
        decided_by_id: actor.id ?? null,
        expires_at: new Date(Date.now() + LIFE_MS),
      })
      .where('tenant_id', '=', tenantId)
      .where('id', '=', id)
      .where('state', '=', 'pending')
      .where('expires_at', '>', new Date())
      .returningAll()
      .executeTakeFirst(),
  );
  if (!row) throw notFound(`A waiting approval ${id}`, 'See what waits: hub approvals list');
  return toApproval(row);
}

type Row = Selectable<Schema['approval']>;

function isFor(row: Row, { tool, homeIds }: ApprovalQuestion, digest: string): boolean {
  return row.args_digest === digest && row.tool === tool && row.home_ids.join() === homeIds.join();
}

function toApproval(row: Row): Approval {
  const isLive = row.state === 'used' || row.expires_at.getTime() > Date.now();
  return {
    id: row.id,
    connectorId: row.connector_id,
    tool: row.tool,
    homeIds: row.home_ids,
    effect: row.effect,
    title: row.title,
    reason: row.reason,
    reaches: Object.keys(row.item_hashes as Readonly<Record<string, string>>),
    state: isLive ? row.state : 'expired',
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}
