import { readConnectorAccess } from '@hub/db/connector-access.ts';
import { notFound } from '@hub/db/constraint-fault.ts';
import { bodyOf } from '@hub/gate/body-of.ts';
import { accessOf } from '@hub/gate/connector-access.ts';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { Api } from './api-scope.ts';
import { ref, tenantParams } from './field-shapes.ts';
import { connectorOf } from './find.ts';

export const fleetAnswer = z.record(z.string(), z.unknown()).meta({ id: 'FleetAnswer' });

/** The tools for many homes, as one of the tenant's connectors: with its homes and its limits, and in its name in the audit. */
export function fleetRunRoutes(api: Api, deps: Deps): void {
  const closing = new AbortController();
  api.addHook('preClose', async () => closing.abort());

  api.post(
    '/tenants/:tenant/connectors/:connector/fleet/:act',
    {
      schema: {
        operationId: 'fleetCall',
        summary: 'Run a tool at many homes, or search them, as a connector',
        description:
          'The body is the arguments of ha_fleet_run or ha_fleet_search; a write answers with its plan first.',
        tags: ['homes'],
        params: tenantParams.extend({ connector: ref, act: z.enum(['run', 'search']) }),
        body: z.record(z.string(), z.unknown()),
        response: { 200: fleetAnswer },
      },
    },
    async ({ params: { tenant, connector: name, act }, body: args }) => {
      const { id, tenantId } = await connectorOf(deps, tenant, name);
      const access = await readConnectorAccess(deps.storage.db, tenantId, id);
      if (!access) throw notFound(`A connector '${name}'`, 'List the connectors: hub connectors list');
      const call = { connector: accessOf(access), name: `ha_fleet_${act}`, args, signal: closing.signal };
      return bodyOf(await deps.gate.call(call));
    },
  );
}
