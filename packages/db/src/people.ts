import { Fault } from '@hub/core/fault.ts';
import { newId } from '@hub/core/ids.ts';
import type { Role } from '@hub/core/policy.ts';
import { type Actor, createdBy } from './actor.ts';
import { noteChange } from './changes.ts';
import { alreadyExists, withConstraintFaults } from './constraint-fault.ts';
import type { Database } from './database.ts';
import { tenantTrx } from './doors.ts';
import { systemTrx } from './system-door.ts';

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string | undefined;
}

/** A person in one tenant. */
export interface Member {
  readonly id: string;
  readonly tenantId: string;
  readonly personId: string;
  readonly personName: string;
  readonly role: Role;
}

/** @throws Fault RESOURCE_ALREADY_EXISTS (the e-mail address) | STORAGE_UNAVAILABLE */
export async function createPerson(
  db: Database,
  input: { readonly name: string; readonly email?: string | undefined },
  actor: Actor,
): Promise<Person> {
  const faults = { person_email: () => alreadyExists('A person with this e-mail address', 'Use that person.') };
  const id = newId();
  await withConstraintFaults(faults, () =>
    systemTrx(db, (trx) =>
      trx
        .insertInto('person')
        .values({ id, name: input.name, email: input.email ?? null, ...createdBy(actor) })
        .execute(),
    ),
  );
  return { id, name: input.name, email: input.email };
}

/** Makes the person a member, or gives the member this role. @throws Fault STORAGE_UNAVAILABLE */
export async function ensureMember(
  db: Database,
  tenantId: string,
  personId: string,
  role: Role,
  actor: Actor,
): Promise<Member> {
  return await tenantTrx(db, tenantId, async (trx) => {
    const row = await trx
      .insertInto('member')
      .values({ id: newId(), tenant_id: tenantId, person_id: personId, role, ...createdBy(actor) })
      .onConflict((conflict) => conflict.columns(['tenant_id', 'person_id']).doUpdateSet({ role }))
      .returning('id')
      .executeTakeFirstOrThrow();
    await noteChange(trx, tenantId, 'member', row.id);
    const person = await trx.selectFrom('person').select('name').where('id', '=', personId).executeTakeFirstOrThrow();
    return { id: row.id, tenantId, personId, personName: person.name, role };
  });
}

/**
 * Ends the membership with every connector of it. Audit entries, edits and jobs stay, and the person stays known.
 * @throws Fault RESOURCE_LOCKED for the last owner | STORAGE_UNAVAILABLE
 */
export async function removeMember(db: Database, { id, tenantId }: Pick<Member, 'id' | 'tenantId'>): Promise<void> {
  await tenantTrx(db, tenantId, async (trx) => {
    // Locked, so that of two owners who remove each other one stays.
    const members = await trx.selectFrom('member').select(['id', 'role']).orderBy('id').forUpdate().execute();
    if (!members.some((one) => one.id !== id && one.role === 'owner')) throw lastOwner();
    const connectors = await trx.deleteFrom('connector').where('member_id', '=', id).returning('id').execute();
    for (const connector of connectors) await noteChange(trx, tenantId, 'connector', connector.id);
    await trx.deleteFrom('member').where('id', '=', id).execute();
    await noteChange(trx, tenantId, 'member', id);
  });
}

function lastOwner(): Fault {
  return new Fault('RESOURCE_LOCKED', 'A tenant keeps one owner at least.', {
    suggestion: 'Add another first: hub members add NAME --role owner',
  });
}

/** Oldest first. @throws Fault STORAGE_UNAVAILABLE */
export async function listMembers(db: Database, tenantId: string): Promise<readonly Member[]> {
  return await tenantTrx(db, tenantId, (trx) =>
    trx
      .selectFrom('member')
      .innerJoin('person', 'person.id', 'member.person_id')
      .select([
        'member.id as id',
        'member.tenant_id as tenantId',
        'member.person_id as personId',
        'person.name as personName',
        'member.role as role',
      ])
      .where('member.tenant_id', '=', tenantId)
      .orderBy('member.id')
      .execute(),
  );
}
