import { newId } from '@hub/core/ids.ts';
import type { Selectable } from 'kysely';
import { type Actor, createdBy, updatedBy } from './actor.ts';
import { noteChange } from './changes.ts';
import { alreadyExists, notFound, withConstraintFaults } from './constraint-fault.ts';
import type { Database } from './database.ts';
import { tenantTrx } from './doors.ts';
import type { TenantTable } from './schema.ts';
import { isId, slugFrom } from './slug.ts';
import { systemTrx } from './system-door.ts';
import { createTenantKey, type Vault } from './vault.ts';
import { wakeSchedules } from './wake-schedules.ts';

export interface Tenant {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly state: 'active' | 'suspended';
  /** When changes at its homes may begin, where a home says nothing of its own. */
  readonly maintenanceWindows: readonly string[];
  readonly createdAt: Date;
}

/** A tenant with its own data key; without `slug` one is made of the name. @throws Fault RESOURCE_ALREADY_EXISTS | STORAGE_UNAVAILABLE */
export async function createTenant(
  db: Database,
  vault: Vault,
  input: { readonly name: string; readonly slug?: string | undefined },
  actor: Actor,
): Promise<Tenant> {
  const id = newId();
  const slug = input.slug ?? slugFrom(input.name, 'tenant');
  const faults = { tenant_slug_key: () => alreadyExists(`A tenant with the slug '${slug}'`, 'Choose another slug.') };
  return await withConstraintFaults(faults, () =>
    tenantTrx(db, id, async (trx) => {
      const row = await trx
        .insertInto('tenant')
        .values({ id, slug, name: input.name, ...createdBy(actor), ...updatedBy(actor) })
        .returningAll()
        .executeTakeFirstOrThrow();
      await createTenantKey(trx, vault, id);
      await noteChange(trx, id, 'tenant', id);
      return toTenant(row);
    }),
  );
}

/** By slug or id; undefined when there is none. @throws Fault STORAGE_UNAVAILABLE */
export async function findTenant(db: Database, ref: string): Promise<Tenant | undefined> {
  const row = await systemTrx(db, (trx) =>
    trx
      .selectFrom('tenant')
      .selectAll()
      .where(isId(ref) ? 'id' : 'slug', '=', ref)
      .executeTakeFirst(),
  );
  return row && toTenant(row);
}

/** All tenants, by slug. @throws Fault STORAGE_UNAVAILABLE */
export async function listTenants(db: Database): Promise<readonly Tenant[]> {
  const rows = await systemTrx(db, (trx) => trx.selectFrom('tenant').selectAll().orderBy('slug').execute());
  return rows.map(toTenant);
}

/** @throws Fault RESOURCE_NOT_FOUND | STORAGE_UNAVAILABLE */
export async function updateTenant(
  db: Database,
  tenantId: string,
  patch: {
    readonly name?: string | undefined;
    readonly state?: Tenant['state'] | undefined;
    readonly maintenanceWindows?: readonly string[] | undefined;
  },
  actor: Actor,
): Promise<Tenant> {
  return await tenantTrx(db, tenantId, async (trx) => {
    const row = await trx
      .updateTable('tenant')
      .set({
        ...(patch.name === undefined ? {} : { name: patch.name }),
        ...(patch.state === undefined ? {} : { state: patch.state }),
        ...(patch.maintenanceWindows === undefined ? {} : { maintenance_windows: [...patch.maintenanceWindows] }),
        ...updatedBy(actor),
      })
      .where('id', '=', tenantId)
      .returningAll()
      .executeTakeFirst();
    if (row === undefined) throw notFound(`Tenant ${tenantId}`, 'List the tenants to see those there are.');
    if (patch.maintenanceWindows !== undefined) await wakeSchedules(trx, tenantId);
    await noteChange(trx, tenantId, 'tenant', tenantId);
    return toTenant(row);
  });
}

function toTenant(row: Selectable<TenantTable>): Tenant {
  return {
    ...{ id: row.id, slug: row.slug, name: row.name, state: row.state, createdAt: row.created_at },
    maintenanceWindows: row.maintenance_windows,
  };
}
