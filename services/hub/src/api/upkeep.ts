import type { Deps } from '../deps.ts';
import { retention, sealing, type TenantUpkeep } from '../tenant-upkeep.ts';
import type { Api } from './api-scope.ts';
import { noBody, tenantParams } from './field-shapes.ts';
import { tenantOf } from './find.ts';
import { jobAnswer, startedShape } from './job-shape.ts';
import { OPERATOR } from './operator.ts';

/** What hubs do each hour, begun now. */
export function upkeepRoutes(api: Api, deps: Deps): void {
  async function start(tenant: string, wanted: TenantUpkeep) {
    const { id: tenantId } = await tenantOf(deps, tenant);
    const { job, isNew } = await deps.queue.enqueue({ ...wanted, tenantId, homeId: undefined, actor: OPERATOR });
    return { job: jobAnswer(job, undefined), isNew };
  }

  api.post(
    '/tenants/:tenant/audit/seal',
    {
      schema: {
        operationId: 'sealAudit',
        summary: 'Seal the settled hours of the audit trail now',
        description: 'Done each hour without asking. While one is unfinished, asking again gives that one.',
        tags: ['audit'],
        params: tenantParams,
        body: noBody('takes no fields: it is done for the whole tenant'),
        response: { 202: startedShape },
      },
    },
    async ({ params }, reply) => reply.code(202).send(await start(params.tenant, sealing)),
  );

  api.post(
    '/tenants/:tenant/retention',
    {
      schema: {
        operationId: 'applyRetention',
        summary: 'Remove now what is kept no longer of audit rows and edits',
        description: 'Done each hour without asking. While one is unfinished, asking again gives that one.',
        tags: ['tenants'],
        params: tenantParams,
        body: noBody('takes no fields: it is done for the whole tenant'),
        response: { 202: startedShape },
      },
    },
    async ({ params }, reply) => reply.code(202).send(await start(params.tenant, retention(deps.config))),
  );
}
