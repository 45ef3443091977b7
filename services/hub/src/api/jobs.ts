import { notFound } from '@hub/db/constraint-fault.ts';
import { findHome, listHomes } from '@hub/db/homes.ts';
import type { JobRecord } from '@hub/db/job-record.ts';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { Api } from './api-scope.ts';
import { id, line, page, ref, several, tenantParams } from './field-shapes.ts';
import { homeIn, idOf, tenantOf } from './find.ts';
import { streamJob } from './job-events.ts';
import { jobAnswer, jobShape } from './job-shape.ts';

const tags = ['jobs'];
const jobParams = tenantParams.extend({ job: id });

export function jobRoutes(api: Api, deps: Deps): void {
  const { queue, storage } = deps;
  const closing = new AbortController();
  api.addHook('preClose', async () => closing.abort());

  const answer = async (job: JobRecord) => {
    const home = job.homeId && (await findHome(storage.db, job.tenantId, job.homeId));
    return jobAnswer(job, home ? home.slug : undefined);
  };
  const orMissing = (job: JobRecord | undefined, jobId: string) => {
    if (!job) throw notFound(`A job ${jobId}`, 'List the jobs: hub jobs list');
    return job;
  };

  api.get(
    '/tenants/:tenant/jobs',
    {
      schema: {
        operationId: 'listJobs',
        summary: 'Jobs, newest first',
        tags,
        params: tenantParams,
        querystring: z.strictObject({
          home: ref.optional(),
          kind: line(100).optional(),
          state: several(jobShape.shape.state),
          ...page,
        }),
        response: { 200: z.object({ jobs: z.array(jobShape), next: id.optional() }) },
      },
    },
    async ({ params, query: { home, kind, state, limit, before } }) => {
      const { id: tenantId } = await tenantOf(deps, params.tenant);
      const homeId = home && (await idOf(home, () => homeIn(deps, tenantId, home)));
      const jobs = await queue.list(tenantId, { homeId, kind, states: state, limit, beforeId: before });
      const slugs = new Map((await listHomes(storage.db, tenantId)).map((one) => [one.id, one.slug]));
      return {
        jobs: jobs.map((job) => jobAnswer(job, job.homeId && slugs.get(job.homeId))),
        ...(jobs.length === limit ? { next: jobs.at(-1)?.id } : {}),
      };
    },
  );

  api.get(
    '/tenants/:tenant/jobs/:job',
    {
      schema: {
        operationId: 'getJob',
        summary: 'One job',
        tags,
        params: jobParams,
        response: { 200: jobShape },
      },
    },
    async ({ params }) => {
      const tenant = await tenantOf(deps, params.tenant);
      return answer(orMissing(await queue.get(tenant.id, params.job), params.job));
    },
  );

  api.post(
    '/tenants/:tenant/jobs/:job/cancel',
    {
      schema: {
        operationId: 'cancelJob',
        summary: 'End a waiting job now, or ask a running one to end',
        tags,
        params: jobParams,
        response: { 200: jobShape },
      },
    },
    async ({ params }) => {
      const tenant = await tenantOf(deps, params.tenant);
      return answer(orMissing(await queue.cancel(tenant.id, params.job), params.job));
    },
  );

  api.get(
    '/tenants/:tenant/jobs/:job/events',
    {
      schema: {
        operationId: 'watchJob',
        summary: 'Follow a job to its end',
        description:
          'Server-sent events: `progress` with the job at each change, `end` with the job as it ended, then the stream closes.',
        tags,
        params: jobParams,
        response: { 200: { description: 'Events', content: { 'text/event-stream': { schema: z.string() } } } },
      },
    },
    async ({ params }, reply) => {
      const tenant = await tenantOf(deps, params.tenant);
      const job = orMissing(await queue.get(tenant.id, params.job), params.job);
      const slug = (await answer(job)).home;
      await streamJob({ queue, job, reply, closing: closing.signal, answer: (one) => jobAnswer(one, slug) });
      return reply;
    },
  );
}
