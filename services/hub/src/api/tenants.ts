import { createPerson, ensureMember } from '@hub/db/people.ts';
import { createTenant, listTenants, updateTenant } from '@hub/db/tenants.ts';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { Api } from './api-scope.ts';
import { tenantParams } from './field-shapes.ts';
import { tenantOf } from './find.ts';
import { OPERATOR } from './operator.ts';
import { newTenant, tenantAnswer, tenantPatch, tenantShape } from './tenant-shape.ts';

const tags = ['tenants'];

export function tenantRoutes(api: Api, deps: Deps): void {
  const { db, vault } = deps.storage;

  api.get(
    '/tenants',
    {
      schema: {
        operationId: 'listTenants',
        summary: 'All tenants',
        tags,
        response: { 200: z.object({ tenants: z.array(tenantShape) }) },
      },
    },
    async () => ({ tenants: (await listTenants(db)).map(tenantAnswer) }),
  );

  api.post(
    '/tenants',
    {
      schema: {
        operationId: 'createTenant',
        summary: 'Create a tenant with its owner',
        tags,
        body: newTenant,
        response: { 201: tenantShape },
      },
    },
    async ({ body: { name, slug, owner } }, reply) => {
      const tenant = await createTenant(db, vault, { name, slug }, OPERATOR);
      const person = await createPerson(db, { name: owner }, OPERATOR);
      await ensureMember(db, tenant.id, person.id, 'owner', OPERATOR);
      return reply.code(201).send(tenantAnswer(tenant));
    },
  );

  api.get(
    '/tenants/:tenant',
    {
      schema: {
        operationId: 'getTenant',
        summary: 'One tenant',
        tags,
        params: tenantParams,
        response: { 200: tenantShape },
      },
    },
    async ({ params }) => tenantAnswer(await tenantOf(deps, params.tenant)),
  );

  api.patch(
    '/tenants/:tenant',
    {
      schema: {
        operationId: 'updateTenant',
        summary: 'Rename, suspend or reactivate a tenant, or say when changes may begin',
        tags,
        params: tenantParams,
        body: tenantPatch,
        response: { 200: tenantShape },
      },
    },
    async ({ params, body }) => {
      const { id } = await tenantOf(deps, params.tenant);
      return tenantAnswer(await updateTenant(db, id, body, OPERATOR));
    },
  );
}
