import { listAudit } from '@hub/db/audit.ts';
import { sealAudit, verifyAudit } from '@hub/db/audit-seals.ts';
import { listConnectors } from '@hub/db/connectors.ts';
import { listHomes } from '@hub/db/homes.ts';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { Api } from './api-scope.ts';
import { auditShape } from './audit-shape.ts';
import { effect, id, line, page, ref, several, tenantParams, when } from './field-shapes.ts';
import { connectorOf, homeIn, idOf, tenantOf } from './find.ts';

export const verdictShape = z.object({
  seals: z.number().int(),
  rows: z.number().int(),
  dropped: z.number().int().describe('Seals whose rows were removed by age.'),
  broken: z.array(z.string()),
  newest: z.object({ number: z.number().int(), until: when, head: z.string() }).optional(),
});

export function auditRoutes(api: Api, deps: Deps): void {
  const { db } = deps.storage;

  api.post(
    '/tenants/:tenant/audit/verify',
    {
      schema: {
        operationId: 'verifyAudit',
        summary: 'Compare the audit trail with its seals',
        description:
          'The newest hour is not sealed yet. Note the head elsewhere: given later, it proves that no older row was altered.',
        tags: ['audit'],
        params: tenantParams,
        body: z.strictObject({
          head: z
            .string()
            .regex(/^[0-9a-f]{64}$/)
            .optional(),
        }),
        response: { 200: verdictShape },
      },
    },
    async ({ params, body }) => {
      const { id: tenantId } = await tenantOf(deps, params.tenant);
      await sealAudit(db, tenantId);
      const { newest, broken, ...verdict } = await verifyAudit(db, tenantId, body.head);
      return { ...verdict, broken: [...broken], newest: newest && { ...newest, until: newest.until.toISOString() } };
    },
  );

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
