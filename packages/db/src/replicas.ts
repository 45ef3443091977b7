import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '@hub/core/fault.ts';
import { sql } from 'kysely';
import type { Database, Trx } from './database.ts';
import { systemTrx } from './system-door.ts';

export interface ReplicaClaim {
  /** A new one for each run: `newId()`. */
  readonly id: string;
  /** Where others reach this replica, or the host name of a single one. */
  readonly address: string;
  /** True without a bus between replicas: then no other may run on this database. */
  readonly isAlone: boolean;
  readonly leaseMs: number;
  /** True when something stronger already proves that no other lives (the data folder's lock): takes over at once. */
  readonly takeOver?: boolean;
  /** How long to wait for the lease of a hub that may have died; 0 unless told. A little over its lease bridges a restart. */
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
}

export interface ReplicaLease {
  readonly id: string;
  /** Higher than that of every earlier replica. */
  readonly epoch: number;
  readonly leaseUntil: Date;
}

/**
 * Takes this replica's row. Times are PostgreSQL's, so that clocks need not agree.
 * @throws Fault RESOURCE_LOCKED when another hub lives here and one of the two must be alone | STORAGE_UNAVAILABLE
 */
export async function claimReplica(db: Database, claim: ReplicaClaim): Promise<ReplicaLease> {
  const giveUpAt = Date.now() + (claim.waitMs ?? 0);
  for (;;) {
    const answer = await systemTrx(db, (trx) => tryClaim(trx, claim));
    if ('epoch' in answer) return answer;
    if (Date.now() + answer.leaseMsLeft > giveUpAt) throw lockedBy(answer.address);
    await delay(answer.leaseMsLeft + 50, undefined, { ...(claim.signal ? { signal: claim.signal } : {}) });
  }
}

/**
 * Renews the lease; undefined when it was lost: then stop serving. One that ran out may be renewed as long as the row is there by
 * replicas that can do without having been alone (`mayBeLate`): `wasLate`, by PostgreSQL's clock, means that others may have taken
 * what it held. @throws Fault STORAGE_UNAVAILABLE
 */
export async function renewReplica(
  db: Database,
  id: string,
  leaseMs: number,
  { mayBeLate = false }: { readonly mayBeLate?: boolean } = {},
): Promise<{ readonly wasLate: boolean } | undefined> {
  const { rows } = await systemTrx(db, (trx) =>
    sql<{ wasLate: boolean }>`
      with held as (
        select id, lease_until <= now() as was_late from replica
        where id = ${id} and (lease_until > now() or ${mayBeLate}) for update
      )
      update replica set lease_until = ${inMs(leaseMs)} from held where replica.id = held.id
      returning held.was_late as "wasLate"`.execute(trx),
  );
  return rows[0];
}

/** Gives the row back on an ordered stop. @throws Fault STORAGE_UNAVAILABLE */
export async function releaseReplica(db: Database, id: string): Promise<void> {
  await systemTrx(db, (trx) => trx.deleteFrom('replica').where('id', '=', id).execute());
}

/** A row whose lease ran out stays for so long, as a replica that was late with the database itself finds it and goes on. */
const FORGOTTEN_MS = 60_000;

async function tryClaim(
  trx: Trx,
  claim: ReplicaClaim,
): Promise<ReplicaLease | { address: string; leaseMsLeft: number }> {
  await sql`lock table replica in share row exclusive mode`.execute(trx);
  if (claim.takeOver) await trx.deleteFrom('replica').execute();
  await trx
    .deleteFrom('replica')
    .where(({ or, eb }) => or([eb('lease_until', '<=', inMs(-FORGOTTEN_MS)), eb('id', '=', claim.id)]))
    .execute();
  const other = await trx
    .selectFrom('replica')
    .select(['address', sql<number>`ceil(extract(epoch from lease_until - now()) * 1000)::int`.as('left')])
    .where('lease_until', '>', sql<Date>`now()`)
    .$if(!claim.isAlone, (query) => query.where('is_alone', '=', true))
    .orderBy('lease_until', 'desc')
    .executeTakeFirst();
  if (other) return { address: other.address, leaseMsLeft: other.left };
  const row = await trx
    .insertInto('replica')
    .values({ id: claim.id, address: claim.address, is_alone: claim.isAlone, lease_until: inMs(claim.leaseMs) })
    .returning(['epoch', 'lease_until'])
    .executeTakeFirstOrThrow();
  return { id: claim.id, epoch: row.epoch, leaseUntil: row.lease_until };
}

function inMs(ms: number) {
  return sql<Date>`now() + ${ms} * interval '1 millisecond'`;
}

function lockedBy(address: string): Fault {
  return new Fault('RESOURCE_LOCKED', `Another hub (${address}) already runs on this database.`, {
    suggestion: [
      'One hub runs on a database: stop the other one, or give this one a database of its own.',
      'After a crash, wait some seconds for the lease of the old one to end, then start again.',
    ],
  });
}
