import { createHash } from 'node:crypto';
import { Fault } from '@hub/core/fault.ts';
import { fitsFleet } from '@hub/core/fleet-filter.ts';
import { listHomes } from '@hub/db/homes.ts';
import type { Deps } from '../deps.ts';
import { readFleet } from '../sweep/fleet-of.ts';
import type { Api } from './api-scope.ts';
import { noBody, tenantParams } from './field-shapes.ts';
import { tenantOf } from './find.ts';
import { fleetQuery } from './fleet.ts';
import { jobAnswer, startedShape } from './job-shape.ts';
import { OPERATOR } from './operator.ts';

export function fleetSweepRoute(api: Api, deps: Deps): void {
  const { storage, config, queue } = deps;

  api.post(
    '/tenants/:tenant/fleet/sweep',
    {
      schema: {
        operationId: 'sweepFleet',
        summary: 'Look at the homes of a tenant now, or at those that fit',
        description:
          'All filters given must hold, by what the last look found; they go in the query, and a body is refused. While a job for the same homes is unfinished, asking again gives that one.',
        tags: ['homes'],
        params: tenantParams,
        querystring: fleetQuery,
        body: noBody('takes no fields: filters go in the query, such as ?tag=north'),
        response: { 202: startedShape },
      },
    },
    async ({ params, query }, reply) => {
      const { id: tenantId, state } = await tenantOf(deps, params.tenant);
      if (config.sweepEveryMs === 0) throw looksAreOff();
      if (state !== 'active') throw isSuspended(params.tenant);
      const isAll = Object.values(query).every((one) => one === undefined);
      const homeIds = await fitting(tenantId, query);
      if (homeIds.length === 0) throw noneFits();
      const args = isAll ? {} : { homeIds };
      const dedupKey = `health.sweep ${isAll ? 'all' : digest(homeIds)}`;
      const asked = { tenantId, homeId: undefined, kind: 'health.sweep', args, actor: OPERATOR, dedupKey };
      const { job, isNew } = await queue.enqueue(asked);
      return reply.code(202).send({ job: jobAnswer(job, undefined), isNew });
    },
  );

  async function fitting(tenantId: string, { home: names, ...filter }: typeof fleetQuery._output) {
    const [fleet, homes] = await Promise.all([readFleet(storage.db, tenantId), listHomes(storage.db, tenantId)]);
    const now = new Date();
    const fit = new Set(fleet.filter((one) => fitsFleet(one, { names, ...filter }, now)).map(({ slug }) => slug));
    return homes.filter(({ slug }) => fit.has(slug)).map(({ id }) => id);
  }
}

function digest(ids: readonly string[]): string {
  return createHash('sha256')
    .update([...ids].sort().join())
    .digest('hex');
}

function looksAreOff(): Fault {
  return new Fault('CONFIG_INVALID', 'This hub looks at no home: SWEEP_MINUTES is 0.', {
    suggestion: 'Set SWEEP_MINUTES to the minutes between two looks and start the hub again.',
  });
}

function isSuspended(tenant: string): Fault {
  return new Fault('RESOURCE_LOCKED', 'The homes of a suspended tenant are not looked at.', {
    suggestion: `Let it go on first: hub tenants set ${tenant} --state active`,
  });
}

function noneFits(): Fault {
  return new Fault('RESOURCE_NOT_FOUND', 'No home fits.', {
    suggestion: 'See how they stand: hub fleet status',
  });
}
