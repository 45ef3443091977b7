import type { Tenant } from '@hub/db/tenants.ts';
import { z } from 'zod';
import { id, line, slug, when } from './field-shapes.ts';

export const tenantShape = z
  .object({
    id,
    slug: z.string(),
    name: z.string(),
    state: z.enum(['active', 'suspended']).describe('The connectors of a suspended tenant are refused.'),
    createdAt: when,
  })
  .meta({ id: 'Tenant' });

export const newTenant = z.strictObject({
  name: line(100),
  slug: slug.optional().describe('Made of the name when missing.'),
  owner: line(100)
    .default('Owner')
    .describe('Name of the first member, to whom connectors belong unless told otherwise.'),
});

export const tenantPatch = z.strictObject({ name: line(100).optional(), state: tenantShape.shape.state.optional() });

export function tenantAnswer(tenant: Tenant): z.input<typeof tenantShape> {
  return { ...tenant, createdAt: tenant.createdAt.toISOString() };
}
