import type { Role } from '@hub/core/policy.ts';
import { sql } from 'kysely';
import { type Connector, type HomeSelection, selectConnectors, toConnector } from './connector-record.ts';
import type { Database, Trx } from './database.ts';
import { tenantTrx } from './doors.ts';
import { type HomeRecord, selectHomes, toHomeRecord } from './home-record.ts';
import { systemTrx } from './system-door.ts';
import type { Tenant } from './tenants.ts';

export type Validity = 'valid' | 'revoked' | 'expired';

/** All that is needed to decide what a caller with this connector may do. Cache it until a change of its tenant. */
export interface ConnectorAccess {
  readonly connector: Connector;
  /** Undefined when found by the connector's id. */
  readonly credentialId: string | undefined;
  readonly tenant: Pick<Tenant, 'id' | 'slug' | 'name' | 'state'>;
  readonly member: { readonly id: string; readonly personId: string; readonly role: Role };
  /** At the time of reading; `validUntil` tells when a cached one ends by itself. */
  readonly validity: Validity;
  /** The earlier of the connector's and the credential's expiry. */
  readonly validUntil: Date | undefined;
  /** The homes it reaches, by slug. */
  readonly homes: readonly HomeRecord[];
}

/** Undefined for an unknown secret. `hash` is `hashSecret(secret)`. @throws Fault STORAGE_UNAVAILABLE */
export async function findConnectorByHash(db: Database, hash: Buffer): Promise<ConnectorAccess | undefined> {
  return await systemTrx(db, async (trx) => {
    const credential = await trx
      .selectFrom('credential')
      .select(['id', 'tenant_id', 'connector_id', 'expires_at', 'revoked_at'])
      .where('secret_hash', '=', hash)
      .executeTakeFirst();
    if (credential === undefined) return undefined;
    return await readAccess(trx, credential.tenant_id, credential.connector_id, {
      id: credential.id,
      expiresAt: credential.expires_at ?? undefined,
      revokedAt: credential.revoked_at ?? undefined,
    });
  });
}

/** For what runs in a connector's name without its secret (jobs). @throws Fault STORAGE_UNAVAILABLE */
export async function readConnectorAccess(
  db: Database,
  tenantId: string,
  connectorId: string,
): Promise<ConnectorAccess | undefined> {
  return await tenantTrx(db, tenantId, (trx) => readAccess(trx, tenantId, connectorId, undefined));
}

interface PresentedCredential {
  readonly id: string;
  readonly expiresAt: Date | undefined;
  readonly revokedAt: Date | undefined;
}

async function readAccess(
  trx: Trx,
  tenantId: string,
  connectorId: string,
  credential: PresentedCredential | undefined,
): Promise<ConnectorAccess | undefined> {
  const row = await selectConnectors(trx, tenantId)
    .innerJoin('tenant', 'tenant.id', 'connector.tenant_id')
    .innerJoin('member', 'member.id', 'connector.member_id')
    .select([
      'tenant.slug as tenant_slug',
      'tenant.name as tenant_name',
      'tenant.state as tenant_state',
      'member.person_id',
      'member.role',
    ])
    .where('connector.id', '=', connectorId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const connector = toConnector(row);
  const validUntil = earlier(connector.expiresAt, credential?.expiresAt);
  return {
    connector,
    credentialId: credential?.id,
    tenant: { id: tenantId, slug: row.tenant_slug, name: row.tenant_name, state: row.tenant_state },
    member: { id: row.member_id, personId: row.person_id, role: row.role },
    validity: judge(connector.revokedAt ?? credential?.revokedAt, validUntil),
    validUntil,
    homes: await readHomes(trx, tenantId, connector.homes),
  };
}

async function readHomes(trx: Trx, tenantId: string, selection: HomeSelection): Promise<readonly HomeRecord[]> {
  if (selection.kind === 'list' && selection.homeIds.length === 0) return [];
  let query = selectHomes(trx, tenantId);
  if (selection.kind === 'list') query = query.where('home.id', 'in', selection.homeIds);
  if (selection.kind === 'tags') query = query.where('home.tags', '&&', sql<string[]>`${[...selection.tags]}::text[]`);
  return (await query.execute()).map(toHomeRecord);
}

function judge(revokedAt: Date | undefined, validUntil: Date | undefined): Validity {
  if (revokedAt !== undefined) return 'revoked';
  return validUntil !== undefined && validUntil.getTime() <= Date.now() ? 'expired' : 'valid';
}

function earlier(a: Date | undefined, b: Date | undefined): Date | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}
