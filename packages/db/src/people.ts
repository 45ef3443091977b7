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
