import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { canonicalJson } from '@hub/core/canonical-json.ts';
import { sql } from 'kysely';
import type { Trx } from './database.ts';
import { keyedDigest, openFrom, type SealPlace, sealFor, type Vault } from './vault.ts';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

// A configuration item is some kB; a dashboard a few MB.
const MAX_OPENED_BYTES = 64 * 1024 * 1024;

/** Stores a value once per tenant, compressed and then sealed, and resolves with its digest. */
export async function putBlob(trx: Trx, vault: Vault, tenantId: string, value: unknown): Promise<Buffer> {
  const plain = Buffer.from(canonicalJson(value));
  const digest = keyedDigest(vault, tenantId, plain);
  // Touching it first spares compression, and keeps a sweep that runs at the same time from taking it away.
  const present = await trx
    .updateTable('blob')
    .set({ used_at: sql<Date>`now()` })
    .where('tenant_id', '=', tenantId)
    .where('digest', '=', digest)
    .executeTakeFirst();
  if (present.numUpdatedRows > 0n) return digest;
  const sealed = await sealFor(trx, vault, placeOf(tenantId, digest), await compress(plain));
  await trx
    .insertInto('blob')
    .values({ tenant_id: tenantId, digest, sealed, size_bytes: sealed.length })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'digest']).doUpdateSet({ used_at: sql<Date>`now()` }))
    .execute();
  return digest;
}

/** @throws Fault STORAGE_UNAVAILABLE when it does not open */
export async function getBlob(trx: Trx, vault: Vault, tenantId: string, digest: Buffer): Promise<unknown> {
  const row = await trx
    .selectFrom('blob')
    .select('sealed')
    .where('tenant_id', '=', tenantId)
    .where('digest', '=', digest)
    .executeTakeFirstOrThrow();
  const packed = await openFrom(trx, vault, placeOf(tenantId, digest), row.sealed);
  const value: unknown = JSON.parse((await decompress(packed, { maxOutputLength: MAX_OPENED_BYTES })).toString());
  return value;
}

/** Removes blobs that no edit names and none took up within the hour. Resolves with their number. */
export async function sweepBlobs(trx: Trx, tenantId: string): Promise<number> {
  const gone = await trx
    .deleteFrom('blob')
    .where('tenant_id', '=', tenantId)
    .where('used_at', '<', sql<Date>`now() - interval '1 hour'`)
    .where((is) =>
      is.not(
        is.exists(
          is
            .selectFrom('edit')
            .select('edit.id')
            .whereRef('edit.tenant_id', '=', 'blob.tenant_id')
            .where((on) =>
              on.or([
                on('edit.before_digest', '=', on.ref('blob.digest')),
                on('edit.after_digest', '=', on.ref('blob.digest')),
              ]),
            ),
        ),
      ),
    )
    .executeTakeFirst();
  return Number(gone.numDeletedRows);
}

function placeOf(tenantId: string, digest: Buffer): SealPlace {
  return { tenantId, table: 'blob', row: digest.toString('hex'), column: 'sealed' };
}
