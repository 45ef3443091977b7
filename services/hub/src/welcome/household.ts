import { SYSTEM_ACTOR } from '@hub/db/actor.ts';
import type { Database } from '@hub/db/database.ts';
import { createPerson, ensureMember, listMembers, type Member } from '@hub/db/people.ts';
import { createTenant, findTenant, type Tenant } from '@hub/db/tenants.ts';
import type { Vault } from '@hub/db/vault.ts';

/** The tenant and owner that a hub at home starts with. */
export interface Household {
  readonly tenant: Tenant;
  readonly owner: Member;
}

const HOUSEHOLD_SLUG = 'home';

export async function ensureHousehold(db: Database, vault: Vault): Promise<Household> {
  const tenant =
    (await findTenant(db, HOUSEHOLD_SLUG)) ??
    (await createTenant(db, vault, { slug: HOUSEHOLD_SLUG, name: 'My home' }, SYSTEM_ACTOR));
  const owner =
    (await listMembers(db, tenant.id)).find((member) => member.role === 'owner') ?? (await makeOwner(db, tenant));
  return { tenant, owner };
}

async function makeOwner(db: Database, tenant: Tenant): Promise<Member> {
  const person = await createPerson(db, { name: 'Owner' }, SYSTEM_ACTOR);
  return ensureMember(db, tenant.id, person.id, 'owner', SYSTEM_ACTOR);
}
