import { pause } from '@hub/core/pause.ts';
import { sql } from 'kysely';
import type { Database } from './database.ts';
import type { KeyRing } from './key-ring.ts';
import { systemTrx } from './system-door.ts';

export interface KeyUse {
  /** What new things are wrapped with. */
  readonly usedId: number;
  /** How many tenants' keys each ring key wraps. */
  readonly wraps: ReadonlyMap<number, number>;
  /** Replicas that live, and the keys they said they have; undefined: they did not say yet. */
  readonly replicas: readonly { readonly address: string; readonly keyIds: readonly number[] | undefined }[];
}

/** @throws Fault STORAGE_UNAVAILABLE */
export async function readKeyUse(db: Database): Promise<KeyUse> {
  return await systemTrx(db, async (trx) => {
    const { canary_key_id: usedId } = await trx
      .selectFrom('installation')
      .select('canary_key_id')
      .executeTakeFirstOrThrow();
    const wraps = await trx
      .selectFrom('tenant_key')
      .select(['ring_key_id', sql<number>`count(*)::int`.as('count')])
      .groupBy('ring_key_id')
      .execute();
    const replicas = await trx
      .selectFrom('replica')
      .select(['address', 'ring_key_ids'])
      .where('lease_until', '>', sql<Date>`now()`)
      .orderBy('address')
      .execute();
    return {
      usedId,
      wraps: new Map(wraps.map((row) => [row.ring_key_id, row.count])),
      replicas: replicas.map((row) => ({ address: row.address, keyIds: row.ring_key_ids ?? undefined })),
    };
  });
}

const EVERY_MS = 2_000;

/**
 * Says which keys this process has, where it is a replica, and uses the key the installation uses, until the signal ends it:
 * a rotation at one replica reaches all of them. Never throws; without the database all stays as it was.
 */
export async function followKeys(
  db: Database,
  ring: KeyRing,
  replicaId: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await followOnce(db, ring, replicaId).catch(() => undefined);
    await pause(EVERY_MS, signal);
  }
}

/** @throws Fault STORAGE_UNAVAILABLE */
export async function followOnce(db: Database, ring: KeyRing, replicaId: string | undefined): Promise<void> {
  await systemTrx(db, async (trx) => {
    if (replicaId !== undefined) {
      const ids = [...ring.ids];
      await sql`update replica set ring_key_ids = ${ids} where id = ${replicaId} and ring_key_ids is distinct from ${ids}`.execute(
        trx,
      );
    }
    const row = await trx.selectFrom('installation').select('canary_key_id').executeTakeFirst();
    if (row && ring.ids.includes(row.canary_key_id)) ring.use(row.canary_key_id);
  });
}
