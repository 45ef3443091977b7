import { listAudit } from '@hub/db/audit.ts';
import { listConnectors } from '@hub/db/connectors.ts';
import { listHomes } from '@hub/db/homes.ts';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { Api } from './api-scope.ts';
import { auditShape } from './audit-shape.ts';
import { effect, id, line, page, ref, several, tenantParams } from './field-shapes.ts';
import { connectorOf, homeIn, idOf, tenantOf } from './find.ts';

export function auditRoutes(api: Api, deps: Deps): void {
  const { db } = deps.storage;

  api.get(
    '/tenants/:tenant/audit',
    {
      schema: {
        operationId: 'listAudit',
        summary: 'What was called and how it went, newest first',
        tags: ['audit'],
        params: tenantParams,
        querystring: z.strictObject({
          home: ref.optional(),
          connector: ref.optional(),
          tool: line(100).optional(),
          call: line(100).optional(),
          effect: several(effect),
          since: z.iso
            .datetime({ offset: true })
            .transform((text) => new Date(text))
            .optional(),
          ...page,
        }),
        response: { 200: z.object({ entries: z.array(auditShape), next: id.optional() }) },
      },
    },
    async ({ params, query }) => {
      const { id: tenantId } = await tenantOf(deps, params.tenant);
      const { home, connector, tool, call, since, limit, before } = query;
      const entries = await listAudit(db, tenantId, {
        tool,
        since,
        limit,
        callId: call,
        effects: query.effect,
        beforeId: before,
        homeId: home && (await idOf(home, () => homeIn(deps, tenantId, home))),
        connectorId: connector && (await idOf(connector, () => connectorOf(deps, tenantId, connector))),
      });
      const [homes, connectors] = await Promise.all([
        listHomes(db, tenantId),
        listConnectors(db, tenantId, { includeRevoked: true }),
      ]);
      const slugs = new Map(homes.map((one) => [one.id, one.slug]));
      const names = new Map(connectors.map((one) => [one.id, one.name]));
      return {
        entries: entries.map((entry) => ({
          ...entry,
          at: entry.at.toISOString(),
          home: entry.homeId && slugs.get(entry.homeId),
          connector: entry.connectorId && names.get(entry.connectorId),
        })),
        ...(entries.length === limit ? { next: entries.at(-1)?.id } : {}),
      };
    },
  );
}
