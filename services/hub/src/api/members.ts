import { ROLES } from '@hub/core/policy.ts';
import { notFound, withConstraintFaults } from '@hub/db/constraint-fault.ts';
import { createPerson, ensureMember, listMembers, removeMember } from '@hub/db/people.ts';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { Api } from './api-scope.ts';
import { ref, tenantParams } from './field-shapes.ts';
import { memberIn, tenantOf } from './find.ts';
import { memberShape, newMember } from './member-shape.ts';
import { OPERATOR } from './operator.ts';

const tags = ['members'];

export function memberRoutes(api: Api, deps: Deps): void {
  const { db } = deps.storage;

  api.get(
    '/tenants/:tenant/members',
    {
      schema: {
        operationId: 'listMembers',
        summary: 'Members of a tenant',
        tags,
        params: tenantParams,
        response: { 200: z.object({ members: z.array(memberShape) }) },
      },
    },
    async ({ params }) => {
      const tenant = await tenantOf(deps, params.tenant);
      return { members: [...(await listMembers(db, tenant.id))] };
    },
  );

  api.post(
    '/tenants/:tenant/members',
    {
      schema: {
        operationId: 'addMember',
        summary: 'Add a person to a tenant, or change the role of one',
        description: `A new person by name, or one the hub knows by personId. Roles: ${ROLES.join(', ')}.`,
        tags,
        params: tenantParams,
        body: newMember,
        response: { 201: memberShape },
      },
    },
    async ({ params, body }, reply) => {
      const tenant = await tenantOf(deps, params.tenant);
      const { name = '', email } = body;
      const personId = body.personId ?? (await createPerson(db, { name, email }, OPERATOR)).id;
      const faults = { member_person_id_fkey: () => notFound('This person', 'Add a new one by name.') };
      const member = await withConstraintFaults(faults, () =>
        ensureMember(db, tenant.id, personId, body.role, OPERATOR),
      );
      return reply.code(201).send(member);
    },
  );

  api.delete(
    '/tenants/:tenant/members/:member',
    {
      schema: {
        operationId: 'removeMember',
        summary: 'Remove a member, by id or unique name, with all connectors of theirs',
        description: 'Their URLs end at once. Audit entries, edits and jobs stay. The last owner cannot be removed.',
        tags,
        params: tenantParams.extend({ member: ref }),
        response: { 204: z.null().describe('Removed.') },
      },
    },
    async ({ params }, reply) => {
      const tenant = await tenantOf(deps, params.tenant);
      await removeMember(db, await memberIn(deps, tenant.id, params.member));
      return reply.code(204).send(null);
    },
  );
}
