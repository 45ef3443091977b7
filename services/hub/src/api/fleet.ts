import { FLEET_STATES, fitsFleet, problemsOf } from '@hub/core/fleet-filter.ts';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { readFleet } from '../sweep/fleet-of.ts';
import type { Api } from './api-scope.ts';
import { line, several, tenantParams, when } from './field-shapes.ts';
import { tenantOf } from './find.ts';

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

/** Which homes; all that is given must hold. */
export const fleetQuery = z.strictObject({
  home: several(line(100)).describe('Name or slug, in part; any of them.'),
  tag: line(100).optional(),
  country: line(100).optional(),
  region: line(100).optional(),
  state: z
    .enum(FLEET_STATES, { error: `is one of ${FLEET_STATES.join(', ')}` })
    .optional()
    .describe('unknown: never reached.'),
  coreOlderThan: line(30).optional(),
  noBackupForDays: z.coerce.number().min(0).max(3_660).optional(),
  hasUpdates: flag.optional(),
  hasProblems: flag.optional(),
});

export const fleetHomeShape = z
  .object({
    slug: z.string(),
    name: z.string(),
    tags: z.array(z.string()),
    country: z.string().optional(),
    region: z.string().optional(),
    state: z.string().optional().describe('Missing before the first contact.'),
    haVersion: z.string().optional(),
    coreUpdate: z.string().optional().describe('The version that is offered.'),
    osUpdate: z.string().optional(),
    updatesPending: z.number().int().optional(),
    lastBackupAt: when.optional(),
    diskFreeBytes: z.number().optional(),
    diskTotalBytes: z.number().optional(),
    repairs: z.number().int().optional(),
    unavailableEntities: z.number().int().optional(),
    lowBatteries: z.number().int().optional(),
    certificateExpiresAt: when.optional(),
    tokenExpiresAt: when.optional(),
    lastSeenAt: when.optional(),
    windowOpensAt: z.string().optional().describe('Changes may not begin now: when its next maintenance window opens.'),
    sweptAt: when.optional().describe('The last look that found it running.'),
    problems: z.array(z.string()),
  })
  .meta({ id: 'FleetHome' });

export function fleetRoutes(api: Api, deps: Deps): void {
  api.get(
    '/tenants/:tenant/fleet',
    {
      schema: {
        operationId: 'fleetStatus',
        summary: 'How the homes of a tenant stand, as the last look at each found them',
        description: 'All filters given must hold.',
        tags: ['homes'],
        params: tenantParams,
        querystring: fleetQuery,
        response: { 200: z.object({ total: z.number().int(), homes: z.array(fleetHomeShape) }) },
      },
    },
    async ({ params, query: { home: names, ...filter } }) => {
      const { id } = await tenantOf(deps, params.tenant);
      const all = await readFleet(deps.storage.db, id);
      const now = new Date();
      const homes = all.filter((one) => fitsFleet(one, { names, ...filter }, now));
      return {
        total: all.length,
        homes: homes.map((one) => ({
          ...one,
          tags: [...one.tags],
          lastBackupAt: one.lastBackupAt?.toISOString(),
          certificateExpiresAt: one.certificateExpiresAt?.toISOString(),
          tokenExpiresAt: one.tokenExpiresAt?.toISOString(),
          lastSeenAt: one.lastSeenAt?.toISOString(),
          sweptAt: one.sweptAt?.toISOString(),
          problems: [...problemsOf(one, now)],
        })),
      };
    },
  );
}
