import type { Effect } from '@hub/core/effect.ts';
import { Fault } from '@hub/core/fault.ts';
import { newId } from '@hub/core/ids.ts';
import { sql, type Updateable } from 'kysely';
import { type Actor, createdBy, updatedBy } from './actor.ts';
import { noteChange } from './changes.ts';
import { type Connector, type HomeSelection, selectConnectors, toConnector } from './connector-record.ts';
import { alreadyExists, notFound, withConstraintFaults } from './constraint-fault.ts';
import { insertSecretUrl } from './credentials.ts';
import type { Database, Trx } from './database.ts';
import { tenantTrx } from './doors.ts';
import type { ConnectorTable } from './schema.ts';
import { type SettingsChange, settingsColumn } from './settings-change.ts';
import { isId } from './slug.ts';
import { systemTrx } from './system-door.ts';

export interface NewConnector {
  readonly memberId: string;
  /** Unique among the tenant's connectors that are not revoked. */
  readonly name: string;
  /** `control` unless told. */
  readonly ceiling?: Effect | undefined;
  /** All homes unless told. */
  readonly homes?: HomeSelection | undefined;
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
  readonly expiresAt?: Date | undefined;
  /** Made here unless told; 128 bits or more, url-safe. */
  readonly secret?: string | undefined;
}

export interface ConnectorPatch {
  readonly name?: string | undefined;
  readonly ceiling?: Effect | undefined;
  readonly homes?: HomeSelection | undefined;
  readonly settings?: SettingsChange | undefined;
  /** `null`: never expires. */
  readonly expiresAt?: Date | null | undefined;
}

/**
 * The secret is in the answer and nowhere else: only its hash is stored.
 * @throws Fault RESOURCE_ALREADY_EXISTS (name) | RESOURCE_NOT_FOUND (member) | HOME_NOT_FOUND | STORAGE_UNAVAILABLE
 */
export async function createConnector(
  db: Database,
  tenantId: string,
  input: NewConnector,
  actor: Actor,
): Promise<{ readonly connector: Connector; readonly secret: string }> {
  const id = newId();
  return await withConstraintFaults(connectorFaults(input.name), () =>
    tenantTrx(db, tenantId, async (trx) => {
      await trx
        .insertInto('connector')
        .values({
          id,
          tenant_id: tenantId,
          member_id: input.memberId,
          name: input.name,
          ceiling: input.ceiling ?? 'control',
          home_scope: 'all',
          settings: JSON.stringify(input.settings ?? {}),
          expires_at: input.expiresAt ?? null,
          ...createdBy(actor),
          ...updatedBy(actor),
        })
        .execute();
      if (input.homes) await writeSelection(trx, tenantId, id, input.homes);
      const secret = await insertSecretUrl(trx, tenantId, id, input.secret, actor);
      await noteChange(trx, tenantId, 'connector', id);
      return { connector: await readConnector(trx, tenantId, id), secret };
    }),
  );
}

/** By name. Revoked ones only when asked for. @throws Fault STORAGE_UNAVAILABLE */
export async function listConnectors(
  db: Database,
  tenantId: string,
  options: { readonly includeRevoked?: boolean } = {},
): Promise<readonly Connector[]> {
  const rows = await tenantTrx(db, tenantId, (trx) =>
    selectConnectors(trx, tenantId)
      .$if(!options.includeRevoked, (query) => query.where('connector.revoked_at', 'is', null))
      .execute(),
  );
  return rows.map(toConnector);
}

/** By name, or by id also when revoked; undefined when there is none. @throws Fault STORAGE_UNAVAILABLE */
export async function findConnector(db: Database, tenantId: string, ref: string): Promise<Connector | undefined> {
  const row = await tenantTrx(db, tenantId, (trx) => {
    const query = selectConnectors(trx, tenantId);
    return (
      isId(ref)
        ? query.where('connector.id', '=', ref)
        : query.where('connector.name', '=', ref).where('connector.revoked_at', 'is', null)
    ).executeTakeFirst();
  });
  return row && toConnector(row);
}

/** @throws Fault RESOURCE_NOT_FOUND | RESOURCE_ALREADY_EXISTS (name) | HOME_NOT_FOUND | STORAGE_UNAVAILABLE */
export async function updateConnector(
  db: Database,
  tenantId: string,
  connectorId: string,
  patch: ConnectorPatch,
  actor: Actor,
): Promise<Connector> {
  return await withConstraintFaults(connectorFaults(patch.name ?? ''), () =>
    tenantTrx(db, tenantId, async (trx) => {
      await changeLive(trx, tenantId, connectorId, {
        ...(patch.name === undefined ? {} : { name: patch.name }),
        ...(patch.ceiling === undefined ? {} : { ceiling: patch.ceiling }),
        ...(await settingsColumn(trx, { table: 'connector', tenantId, id: connectorId }, patch.settings)),
        ...(patch.expiresAt === undefined ? {} : { expires_at: patch.expiresAt }),
        ...updatedBy(actor),
      });
      if (patch.homes) await writeSelection(trx, tenantId, connectorId, patch.homes);
      return await readConnector(trx, tenantId, connectorId);
    }),
  );
}

/** For good, with all its credentials; the name is free again. False when it was already. @throws Fault STORAGE_UNAVAILABLE */
export async function revokeConnector(
  db: Database,
  tenantId: string,
  connectorId: string,
  actor: Actor,
): Promise<boolean> {
  return await tenantTrx(db, tenantId, async (trx) => {
    const revoked = await trx
      .updateTable('connector')
      .set({ revoked_at: new Date(), ...updatedBy(actor) })
      .where('tenant_id', '=', tenantId)
      .where('id', '=', connectorId)
      .where('revoked_at', 'is', null)
      .executeTakeFirst();
    if (revoked.numUpdatedRows === 0n) return false;
    await noteChange(trx, tenantId, 'connector', connectorId);
    return true;
  });
}

export interface ConnectorUse {
  readonly connectorId: string;
  readonly at: Date;
}

/** Many at once, every few seconds; the latest time wins, whatever the order. No change is noted. @throws Fault STORAGE_UNAVAILABLE */
export async function touchLastUsed(db: Database, uses: readonly ConnectorUse[]): Promise<void> {
  if (uses.length === 0) return;
  const ids = uses.map((use) => use.connectorId);
  const times = uses.map((use) => use.at);
  await systemTrx(db, (trx) =>
    sql`
      update connector c set last_used_at = greatest(c.last_used_at, u.at)
      from (select id, max(at) as at from unnest(${ids}::uuid[], ${times}::timestamptz[]) as t (id, at) group by id) u
      where c.id = u.id`.execute(trx),
  );
}

/** Changes a connector that is not revoked, and tells the replicas. @throws Fault RESOURCE_NOT_FOUND */
async function changeLive(
  trx: Trx,
  tenantId: string,
  connectorId: string,
  columns: Updateable<ConnectorTable>,
): Promise<void> {
  const changed = await trx
    .updateTable('connector')
    .set(columns)
    .where('tenant_id', '=', tenantId)
    .where('id', '=', connectorId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  if (changed.numUpdatedRows === 0n)
    throw notFound(`A connector ${connectorId} that is not revoked`, 'List the connectors to see those there are.');
  await noteChange(trx, tenantId, 'connector', connectorId);
}

async function readConnector(trx: Trx, tenantId: string, connectorId: string): Promise<Connector> {
  return toConnector(
    await selectConnectors(trx, tenantId).where('connector.id', '=', connectorId).executeTakeFirstOrThrow(),
  );
}

async function writeSelection(trx: Trx, tenantId: string, connectorId: string, homes: HomeSelection): Promise<void> {
  await trx
    .updateTable('connector')
    .set({ home_scope: homes.kind, home_tags: homes.kind === 'tags' ? [...homes.tags] : [] })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', connectorId)
    .execute();
  await trx
    .deleteFrom('connector_home')
    .where('tenant_id', '=', tenantId)
    .where('connector_id', '=', connectorId)
    .execute();
  if (homes.kind !== 'list' || homes.homeIds.length === 0) return;
  const rows = [...new Set(homes.homeIds)].map((homeId) => ({
    tenant_id: tenantId,
    connector_id: connectorId,
    home_id: homeId,
  }));
  await trx.insertInto('connector_home').values(rows).execute();
}

function connectorFaults(name: string): Readonly<Record<string, () => Fault>> {
  return {
    connector_name: () => alreadyExists(`A connector named '${name}'`, 'Choose another name, or revoke that one.'),
    connector_tenant_id_member_id_fkey: () => notFound('The member', 'List the members of the tenant.'),
    connector_home_tenant_id_home_id_fkey: () =>
      new Fault('HOME_NOT_FOUND', 'One of these homes is not of this tenant.', {
        suggestion: 'List the homes to see those there are.',
      }),
  };
}
