import { Fault } from '@hub/core/fault.ts';
import { newId } from '@hub/core/ids.ts';
import { sql } from 'kysely';
import type { Database, Trx } from './database.ts';
import type { KeyRing } from './key-ring.ts';
import { SealBroken, seal, sealedKeyNumber, unseal } from './seal.ts';
import { systemTrx } from './system-door.ts';
import { unwrapDataKey, wrapDataKey, wrongRing } from './vault.ts';

const CANARY = 'the ring that opens this fits the installation';
const PLACE = 'installation canary';
/** Keys wrapped by one statement: deriving them holds up calls of this process for so long at once. */
const PIECE = 50;

/**
 * Checks the ring against this database's canary; the first start on an empty database lays the canary.
 * @throws Fault STORAGE_UNAVAILABLE for the wrong ring
 */
export async function openInstallation(
  db: Database,
  ring: KeyRing,
): Promise<{ readonly id: string; readonly isNew: boolean }> {
  return await systemTrx(db, async (trx) => {
    const made = await trx
      .insertInto('installation')
      .values({ id: newId(), canary: sealCanary(ring), canary_key_id: ring.usedId })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst();
    if (made) return { id: made.id, isNew: true };
    const row = await trx.selectFrom('installation').select(['id', 'canary']).executeTakeFirstOrThrow();
    assertFits(ring, row.canary);
    // A newer key in the ring is accepted, and used only after a rotation: other replicas may not have it yet.
    ring.use(sealedKeyNumber(row.canary));
    return { id: row.id, isNew: false };
  });
}

/**
 * Wraps every tenant's data keys and the canary with the ring's newest key and uses it from then on, after which the older keys
 * may leave the ring. Reads go on meanwhile. Resolves with the number of keys wrapped anew.
 * @throws Fault RESOURCE_LOCKED while a replica does not have the key | STORAGE_UNAVAILABLE
 */
export async function rewrapKeys(db: Database, ring: KeyRing): Promise<number> {
  const id = Math.max(...ring.ids);
  const count = await systemTrx(db, async (trx) => {
    const installation = await trx.selectFrom('installation').select('canary').forUpdate().executeTakeFirstOrThrow();
    assertFits(ring, installation.canary);
    await assertEverywhere(trx, id);
    await trx
      .updateTable('installation')
      .set({ canary: sealCanary(ring, id), canary_key_id: id })
      .execute();
    return await rewrapDataKeys(trx, ring, id);
  });
  ring.use(id);
  return count;
}

async function assertEverywhere(trx: Trx, id: number): Promise<void> {
  const others = await trx
    .selectFrom('replica')
    .select(['address', 'ring_key_ids'])
    .where('lease_until', '>', sql<Date>`now()`)
    .execute();
  const without = others.filter((one) => !one.ring_key_ids?.includes(id)).map(({ address }) => address);
  if (without.length === 0) return;
  throw new Fault('RESOURCE_LOCKED', `Key ${id} is not in the ring of ${without.join(', ')}.`, {
    suggestion:
      'Give every hub and worker the same HUB_KEYS and start them anew, then rotate again; see: hub keys status',
  });
}

async function rewrapDataKeys(trx: Trx, ring: KeyRing, id: number): Promise<number> {
  const rows = await trx.selectFrom('tenant_key').selectAll().where('ring_key_id', '!=', id).forUpdate().execute();
  // Many in one statement: hubs that raise the beat wait for this transaction.
  for (let at = 0; at < rows.length; at += PIECE) {
    const piece = rows.slice(at, at + PIECE);
    const wrapped = piece.map(({ tenant_id: tenantId, number, wrapped: before }) =>
      wrapDataKey(ring, tenantId, number, unwrapDataKey(ring, tenantId, number, before), id),
    );
    const [tenants, numbers] = [piece.map(({ tenant_id }) => tenant_id), piece.map(({ number }) => number)];
    await sql`
      update tenant_key k set wrapped = anew.wrapped, ring_key_id = ${id}
      from unnest(${tenants}::uuid[], ${numbers}::int[], ${wrapped}::bytea[]) as anew (tenant_id, number, wrapped)
      where k.tenant_id = anew.tenant_id and k.number = anew.number`.execute(trx);
  }
  return rows.length;
}

function sealCanary(ring: KeyRing, id = ring.usedId): Buffer {
  return seal(ring.child(PLACE, id), id, PLACE, Buffer.from(CANARY));
}

function assertFits(ring: KeyRing, canary: Buffer): void {
  try {
    const id = sealedKeyNumber(canary);
    if (!ring.ids.includes(id)) throw new SealBroken(`the ring has no key ${id}`);
    unseal(ring.child(PLACE, id), PLACE, canary);
  } catch (cause) {
    if (!(cause instanceof SealBroken)) throw cause;
    throw wrongRing(cause);
  }
}
