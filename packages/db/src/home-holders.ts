import { Fault } from '@hub/core/fault.ts';
import { type RawBuilder, sql } from 'kysely';
import type { Database, Trx } from './database.ts';
import { systemTrx } from './system-door.ts';

/** The replica that has a home's one link. */
export interface HomePlace {
  readonly replicaId: string;
  /** Where other replicas reach it: `host:port`. */
  readonly address: string;
  readonly epoch: number;
}

/**
 * Takes a home for a replica unless one that lives has it, and tells who has it afterwards. Undefined when the asking replica
 * itself has no lease, or the home was removed: then nobody was given it. One whose lease ran out still has it unless
 * `fromSilent`: after a time without the database all leases have, and that of a replica that lives is renewed any moment. One that
 * was at the address of the asking replica before does not live.
 * @throws Fault STORAGE_UNAVAILABLE
 */
export async function takeHome(
  db: Database,
  homeId: string,
  replicaId: string,
  { fromSilent = true }: { readonly fromSilent?: boolean } = {},
): Promise<HomePlace | undefined> {
  const has = fromSilent
    ? IS_LIVING
    : sql<boolean>`(r.lease_until > now() or r.address <> (select address from replica where id = ${replicaId}))`;
  return systemTrx(db, async (trx) => {
    await sql`
      insert into home_holder as held (home_id, replica_id)
      select h.id, r.id from home h, replica r where h.id = ${homeId} and r.id = ${replicaId} and r.lease_until > now()
      on conflict (home_id) do update set replica_id = excluded.replica_id, epoch = held.epoch + 1, taken_at = now()
      where not exists (select from replica r where r.id = held.replica_id and ${has})`.execute(trx);
    return readPlace(trx, homeId, has);
  });
}

const IS_LIVING = sql<boolean>`r.lease_until > now()`;

/** Who has a home now; undefined when nobody that lives does. @throws Fault STORAGE_UNAVAILABLE */
export async function findHome(db: Database, homeId: string): Promise<HomePlace | undefined> {
  return systemTrx(db, (trx) => readPlace(trx, homeId, IS_LIVING));
}

async function readPlace(trx: Database, homeId: string, has: RawBuilder<boolean>): Promise<HomePlace | undefined> {
  const { rows } = await sql<HomePlace>`
    select r.id as "replicaId", r.address, held.epoch::int as epoch
    from home_holder held join replica r on r.id = held.replica_id and ${has}
    where held.home_id = ${homeId}`.execute(trx);
  return rows[0];
}

/** What a replica has a home by. */
export interface HomeHold {
  readonly homeId: string;
  readonly replicaId: string;
  /** Raised whenever the home changes hands, so that an earlier holder is told from a later one. */
  readonly epoch: number;
}

/** @throws Fault CONNECTION_FAILED when the home has changed hands since */
export async function assertHeld(trx: Trx, { homeId, replicaId, epoch }: HomeHold): Promise<void> {
  const held = await trx
    .selectFrom('home_holder')
    .select('home_id')
    .where('home_id', '=', homeId)
    .where('replica_id', '=', replicaId)
    .where('epoch', '=', epoch)
    .executeTakeFirst();
  if (held) return;
  throw new Fault('CONNECTION_FAILED', 'The link of this home moved to another replica of the hub.', {
    suggestion: 'Nothing was sent. Retry in a second.',
  });
}

/** The homes a replica has by the table. @throws Fault STORAGE_UNAVAILABLE */
export async function heldHomes(db: Database, replicaId: string): Promise<ReadonlySet<string>> {
  const { rows } = await systemTrx(db, (trx) =>
    sql<{ id: string }>`select home_id as id from home_holder where replica_id = ${replicaId}`.execute(trx),
  );
  return new Set(rows.map(({ id }) => id));
}

/** Those of a tenant whose link a replica that lives has. @throws Fault STORAGE_UNAVAILABLE */
export async function heldHomesOf(db: Database, tenantId: string): Promise<ReadonlySet<string>> {
  const { rows } = await systemTrx(db, (trx) =>
    sql<{ id: string }>`
      select h.id from home h join home_holder held on held.home_id = h.id
      join replica r on r.id = held.replica_id and r.lease_until > now() where h.tenant_id = ${tenantId}`.execute(trx),
  );
  return new Set(rows.map(({ id }) => id));
}

/** Gives all homes of a replica free; whoever needs one takes it. @throws Fault STORAGE_UNAVAILABLE */
export async function giveUpHomes(db: Database, replicaId: string): Promise<void> {
  await systemTrx(db, (trx) => trx.deleteFrom('home_holder').where('replica_id', '=', replicaId).execute());
}

/** Replicas that live, in no order. @throws Fault STORAGE_UNAVAILABLE */
export async function listReplicas(
  db: Database,
): Promise<readonly { readonly replicaId: string; readonly address: string }[]> {
  const { rows } = await systemTrx(db, (trx) =>
    sql<{ replicaId: string; address: string }>`
      select id as "replicaId", address from replica where lease_until > now()`.execute(trx),
  );
  return rows;
}

/**
 * Ends the lease of a replica whose address refuses connections, if it has less than `leftMs` left: one that renews it lives. One
 * that lives all the same finds its row gone, lets go of its homes and takes a new row. @throws Fault STORAGE_UNAVAILABLE
 */
export async function declareGone(db: Database, replicaId: string, leftMs: number): Promise<void> {
  await systemTrx(db, (trx) =>
    trx
      .deleteFrom('replica')
      .where('id', '=', replicaId)
      .where('lease_until', '<', sql<Date>`now() + ${leftMs} * interval '1 millisecond'`)
      .execute(),
  );
}
