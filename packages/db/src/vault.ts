import { createHmac, randomBytes } from 'node:crypto';
import { Fault } from '@hub/core/fault.ts';
import type { Trx } from './database.ts';
import type { KeyRing } from './key-ring.ts';
import { SealBroken, seal, sealedKeyNumber, unseal } from './seal.ts';

/** Where a sealed value stands; it opens nowhere else. */
export interface SealPlace {
  readonly tenantId: string;
  readonly table: string;
  readonly row: string;
  readonly column: string;
}

/** The ring with the tenants' data keys opened so far. One per process. */
export interface Vault {
  readonly ring: KeyRing;
  readonly dataKeys: Map<string, DataKeys>;
}

interface DataKeys {
  readonly newest: number;
  readonly byNumber: ReadonlyMap<number, Buffer>;
}

export function openVault(ring: KeyRing): Vault {
  return { ring, dataKeys: new Map() };
}

/** Gives a new tenant its first data key, wrapped by the ring's newest key. */
export async function createTenantKey(trx: Trx, vault: Vault, tenantId: string): Promise<void> {
  const wrapped = wrapDataKey(vault.ring, tenantId, 1, randomBytes(32));
  await trx
    .insertInto('tenant_key')
    .values({ tenant_id: tenantId, number: 1, ring_key_id: vault.ring.usedId, wrapped })
    .execute();
}

/** Seals under the tenant's newest data key. Needs the database only for the first value of a tenant. */
export async function sealFor(trx: Trx, vault: Vault, place: SealPlace, plain: string | Uint8Array): Promise<Buffer> {
  const keys = vault.dataKeys.get(place.tenantId) ?? (await loadDataKeys(trx, vault, place.tenantId));
  const key = keys.byNumber.get(keys.newest);
  if (key === undefined) throw new Error(`tenant ${place.tenantId} has no data key`);
  return seal(key, keys.newest, placeText(place), typeof plain === 'string' ? Buffer.from(plain) : plain);
}

/** @throws Fault STORAGE_UNAVAILABLE when the value was sealed for another place, with other keys, or altered */
export async function openFrom(trx: Trx, vault: Vault, place: SealPlace, sealed: Buffer): Promise<Buffer> {
  try {
    const number = sealedKeyNumber(sealed);
    const cached = vault.dataKeys.get(place.tenantId)?.byNumber.get(number);
    const key = cached ?? (await loadDataKeys(trx, vault, place.tenantId)).byNumber.get(number);
    if (key === undefined) throw new SealBroken(`no data key ${number}`);
    return unseal(key, placeText(place), sealed);
  } catch (cause) {
    if (!(cause instanceof SealBroken)) throw cause;
    throw new Fault('STORAGE_UNAVAILABLE', `The sealed ${place.table}.${place.column} of ${place.row} does not open.`, {
      suggestion: 'The row was altered or moved by hand, or restored without its keys: store the value anew.',
      cause,
    });
  }
}

/** A digest that tells equal contents of one tenant, and tells nothing to who has no keys. 32 bytes. */
export function keyedDigest(vault: Vault, tenantId: string, content: Uint8Array): Buffer {
  return createHmac('sha256', vault.ring.child(`blob digest of ${tenantId}`))
    .update(content)
    .digest();
}

/** @throws Error for a ring without `ringKeyId` */
export function wrapDataKey(
  ring: KeyRing,
  tenantId: string,
  number: number,
  dataKey: Buffer,
  id = ring.usedId,
): Buffer {
  return seal(ring.child('wrap data keys', id), id, `${tenantId} tenant_key ${number}`, dataKey);
}

/** @throws Fault STORAGE_UNAVAILABLE when the ring lacks the key that wrapped it */
export function unwrapDataKey(ring: KeyRing, tenantId: string, number: number, wrapped: Buffer): Buffer {
  try {
    const ringKeyId = sealedKeyNumber(wrapped);
    if (!ring.ids.includes(ringKeyId)) throw new SealBroken(`the ring has no key ${ringKeyId}`);
    return unseal(ring.child('wrap data keys', ringKeyId), `${tenantId} tenant_key ${number}`, wrapped);
  } catch (cause) {
    if (!(cause instanceof SealBroken)) throw cause;
    throw wrongRing(cause);
  }
}

export function wrongRing(cause: Error): Fault {
  return new Fault('STORAGE_UNAVAILABLE', 'The key ring does not fit this database.', {
    suggestion:
      'Put back the keys this installation was made with (HUB_KEYS, or the file keys in the data folder); without them its sealed values stay closed.',
    cause,
  });
}

async function loadDataKeys(trx: Trx, vault: Vault, tenantId: string): Promise<DataKeys> {
  const rows = await trx
    .selectFrom('tenant_key')
    .select(['number', 'wrapped'])
    .where('tenant_id', '=', tenantId)
    .orderBy('number')
    .execute();
  const byNumber = new Map(
    rows.map((row) => [row.number, unwrapDataKey(vault.ring, tenantId, row.number, row.wrapped)]),
  );
  const keys = { newest: rows.at(-1)?.number ?? 0, byNumber };
  if (rows.length > 0) vault.dataKeys.set(tenantId, keys);
  return keys;
}

function placeText({ tenantId, table, row, column }: SealPlace): string {
  return JSON.stringify([tenantId, table, row, column]);
}
