import type { Tenant } from '@hub/db/tenants.ts';
import { z } from 'zod';
import { id, line, maintenanceWindows, slug, when } from './field-shapes.ts';

export const tenantShape = z
  .object({
    id,
    slug: z.string(),
    name: z.string(),
    state: z.enum(['active', 'suspended']).describe('The connectors of a suspended tenant are refused.'),
    maintenanceWindows: z
      .array(z.string())
      .describe('When changes at its homes may begin, where a home has none of its own.'),
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

export const tenantPatch = z.strictObject({
  name: line(100).optional(),
  state: tenantShape.shape.state.optional(),
  maintenanceWindows: maintenanceWindows.optional(),
});

export function tenantAnswer(tenant: Tenant): z.input<typeof tenantShape> {
  const { maintenanceWindows: windows, createdAt, ...rest } = tenant;
  return { ...rest, maintenanceWindows: [...windows], createdAt: createdAt.toISOString() };
}
