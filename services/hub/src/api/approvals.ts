import { type Approval, decideApproval, listApprovals } from '@hub/db/approvals.ts';
import { listConnectors } from '@hub/db/connectors.ts';
import { notFound } from '@hub/db/constraint-fault.ts';
import { listHomes } from '@hub/db/homes.ts';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { Api } from './api-scope.ts';
import { approvalShape } from './approval-shape.ts';
import { flag, id, ref, tenantParams } from './field-shapes.ts';
import { tenantOf } from './find.ts';
import { OPERATOR } from './operator.ts';

const tags = ['approvals'];

/** Only behind the admin key: no connector has a way here, so none can allow what it asked for. */
export function approvalRoutes(api: Api, deps: Deps): void {
  const { db } = deps.storage;

  async function answers(tenantId: string, approvals: readonly Approval[]): Promise<z.output<typeof approvalShape>[]> {
    const [homes, connectors] = await Promise.all([
      listHomes(db, tenantId),
      listConnectors(db, tenantId, { includeRevoked: true }),
    ]);
    const slugs = new Map(homes.map((home) => [home.id, home.slug]));
    const names = new Map(connectors.map((connector) => [connector.id, connector.name]));
    return approvals.map(({ connectorId, homeIds, reaches, createdAt, expiresAt, ...rest }) => ({
      ...rest,
      connector: names.get(connectorId),
      homes: homeIds.map((homeId) => slugs.get(homeId) ?? homeId),
      reaches: [...reaches],
      createdAt: createdAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
    }));
  }

  api.get(
    '/tenants/:tenant/approvals',
    {
      schema: {
        operationId: 'listApprovals',
        summary: 'What waits for a person, newest first',
        tags,
        params: tenantParams,
        querystring: z.strictObject({ all: flag.optional().describe('also what was decided, used or ran out') }),
        response: { 200: z.object({ approvals: z.array(approvalShape) }) },
      },
    },
    async ({ params, query }) => {
      const { id: tenantId } = await tenantOf(deps, params.tenant);
      const approvals = await listApprovals(db, tenantId, { includeDecided: query.all ?? false });
      return { approvals: await answers(tenantId, approvals) };
    },
  );

  api.post(
    '/tenants/:tenant/approvals/:approval/decision',
    {
      schema: {
        operationId: 'decideApproval',
        summary: 'Allows one call once, or denies it',
        tags,
        params: tenantParams.extend({ approval: ref.describe('its id, whole') }),
        body: z.strictObject({ decision: z.enum(['allowed', 'denied']) }),
        response: { 200: approvalShape },
      },
    },
    async ({ params, body }, reply) => {
      const { id: tenantId } = await tenantOf(deps, params.tenant);
      if (!id.safeParse(params.approval).success) {
        throw notFound(
          `A waiting approval '${params.approval}'`,
          'Give its whole id; see what waits: hub approvals list',
        );
      }
      const decided = await decideApproval(db, tenantId, params.approval, body.decision, OPERATOR);
      deps.metrics.approvals.inc({ event: body.decision });
      for (const answer of await answers(tenantId, [decided])) reply.send(answer);
      return reply;
    },
  );
}
