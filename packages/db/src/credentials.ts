import { Fault } from '@hub/core/fault.ts';
import { hashSecret, newId, newSecret } from '@hub/core/ids.ts';
import { sql } from 'kysely';
import { type Actor, createdBy } from './actor.ts';
import { noteChange } from './changes.ts';
import { notFound } from './constraint-fault.ts';
import type { Database, Trx } from './database.ts';
import { tenantTrx } from './doors.ts';

const MAX_KEEP_OLD_MS = 24 * 60 * 60 * 1000;

/**
 * Gives a connector a new secret URL. The old ones end at once, or after `keepOldForMs` (24 h at most).
 * @throws Fault RESOURCE_NOT_FOUND (none, or revoked) | VALIDATION_INVALID_PARAMETER | STORAGE_UNAVAILABLE
 */
export async function rotateCredential(
  db: Database,
  tenantId: string,
  connectorId: string,
  options: { readonly keepOldForMs?: number | undefined; readonly secret?: string | undefined },
  actor: Actor,
): Promise<{ readonly secret: string; readonly oldValidUntil: Date }> {
  const { keepOldForMs = 0 } = options;
  if (!(keepOldForMs >= 0 && keepOldForMs <= MAX_KEEP_OLD_MS)) {
    throw new Fault('VALIDATION_INVALID_PARAMETER', 'An old URL may live on for 24 hours at most.', {
      suggestion: 'Give 0 to 24 hours.',
    });
  }
  const oldValidUntil = new Date(Date.now() + keepOldForMs);
  return await tenantTrx(db, tenantId, async (trx) => {
    const connector = await trx
      .selectFrom('connector')
      .select('id')
      .where('tenant_id', '=', tenantId)
      .where('id', '=', connectorId)
      .where('revoked_at', 'is', null)
      .forNoKeyUpdate()
      .executeTakeFirst();
    if (connector === undefined)
      throw notFound(`A connector ${connectorId} that is not revoked`, 'List the connectors to see those there are.');
    await trx
      .updateTable('credential')
      .set({ expires_at: sql<Date>`least(expires_at, ${oldValidUntil}::timestamptz)` })
      .where('tenant_id', '=', tenantId)
      .where('connector_id', '=', connectorId)
      .where('kind', '=', 'secret_url')
      .execute();
    const secret = await insertSecretUrl(trx, tenantId, connectorId, options.secret, actor);
    await noteChange(trx, tenantId, 'credential', connectorId);
    return { secret, oldValidUntil };
  });
}

/** Stores the hash of a secret, made here unless given. @throws Fault VALIDATION_INVALID_PARAMETER for a weak one */
export async function insertSecretUrl(
  trx: Trx,
  tenantId: string,
  connectorId: string,
  given: string | undefined,
  actor: Actor,
): Promise<string> {
  const secret = given ?? newSecret();
  // 22 characters of base64url carry 128 bits.
  if (!/^[A-Za-z0-9_-]{22,200}$/.test(secret)) {
    throw new Fault('VALIDATION_INVALID_PARAMETER', 'A secret is 22 to 200 url-safe characters.', {
      suggestion: 'Leave it out, and one is made.',
    });
  }
  await trx
    .insertInto('credential')
    .values({
      id: newId(),
      tenant_id: tenantId,
      connector_id: connectorId,
      kind: 'secret_url',
      secret_hash: hashSecret(secret),
      ...createdBy(actor),
    })
    .execute();
  return secret;
}
