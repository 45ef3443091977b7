import type { HomeRecord } from '@hub/db/home-record.ts';
import { listHomeStatuses, readHomeStatus } from '@hub/db/home-status.ts';
import { listHomes } from '@hub/db/homes.ts';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { forgetHome } from '../forget-home.ts';
import type { Api } from './api-scope.ts';
import { line, ref, several, tenantParams } from './field-shapes.ts';
import { homeOf, tenantOf } from './find.ts';
import { checkAnswer, checkHome } from './home-check.ts';
import { checkShape, homeAnswer, homePatch, homeShape, newHome, removedShape } from './home-shape.ts';
import { addHome, changeHome, type StoredHome } from './store-home.ts';

const tags = ['homes'];

export const homeParams = tenantParams.extend({ home: ref.describe('slug, id or unique name') });

const storedShape = z.object({
  home: homeShape,
  result: z.enum(['created', 'updated']).describe('The same home again is updated and never doubled.'),
  check: checkShape.optional(),
});

export function homeRoutes(api: Api, deps: Deps): void {
  const { db } = deps.storage;
  const withStatus = async (home: HomeRecord) => homeAnswer(home, await readHomeStatus(db, home.tenantId, home.id));
  const stored = async ({ home, isNew, seen }: StoredHome) => ({
    home: await withStatus(home),
    result: isNew ? ('created' as const) : ('updated' as const),
    ...(seen ? { check: checkAnswer(seen) } : {}),
  });

  api.get(
    '/tenants/:tenant/homes',
    {
      schema: {
        operationId: 'listHomes',
        summary: 'Homes of a tenant with what was last seen of them',
        tags,
        params: tenantParams,
        querystring: z.strictObject({ tag: several(line(50)).describe('Only homes that bear one of these tags.') }),
        response: { 200: z.object({ homes: z.array(homeShape) }) },
      },
    },
    async ({ params, query }) => {
      const { id } = await tenantOf(deps, params.tenant);
      const [homes, statuses] = await Promise.all([listHomes(db, id, { tags: query.tag }), listHomeStatuses(db, id)]);
      return { homes: homes.map((home) => homeAnswer(home, statuses.get(home.id))) };
    },
  );

  api.post(
    '/tenants/:tenant/homes',
    {
      schema: {
        operationId: 'addHome',
        summary: 'Add a home, after trying its link',
        tags,
        params: tenantParams,
        body: newHome,
        response: { 200: storedShape, 201: storedShape },
      },
    },
    async ({ params, body: { check, ...fields } }, reply) => {
      const { id } = await tenantOf(deps, params.tenant);
      const answer = await addHome(deps, id, fields, check);
      return reply.code(answer.isNew ? 201 : 200).send(await stored(answer));
    },
  );

  api.get(
    '/tenants/:tenant/homes/:home',
    {
      schema: {
        operationId: 'getHome',
        summary: 'One home',
        tags,
        params: homeParams,
        response: { 200: homeShape },
      },
    },
    async ({ params }) => withStatus(await homeOf(deps, params.tenant, params.home)),
  );

  api.patch(
    '/tenants/:tenant/homes/:home',
    {
      schema: {
        operationId: 'updateHome',
        summary: 'Change a home; a new link is tried first',
        tags,
        params: homeParams,
        body: homePatch,
        response: { 200: storedShape },
      },
    },
    async ({ params, body: { check, ...patch } }) =>
      stored(await changeHome(deps, await homeOf(deps, params.tenant, params.home), patch, check)),
  );

  api.delete(
    '/tenants/:tenant/homes/:home',
    {
      schema: {
        operationId: 'removeHome',
        summary: 'Remove a home; its edits and audit entries stay',
        description:
          'Jobs that wait for it are called off; one that runs ends by itself, and checks of its stored backups go on.',
        tags,
        params: homeParams,
        response: {
          200: removedShape.describe('Removed, and so many of its jobs called off.'),
          204: z.null().describe('Removed, and no job waited for it.'),
        },
      },
    },
    async ({ params }, reply) => {
      const home = await homeOf(deps, params.tenant, params.home);
      const { cancelledJobs = 0 } = (await forgetHome(db, home.tenantId, home.id)) ?? {};
      return cancelledJobs > 0 ? reply.code(200).send({ cancelledJobs }) : reply.code(204).send(null);
    },
  );

  api.post(
    '/tenants/:tenant/homes/:home/check',
    {
      schema: {
        operationId: 'checkHome',
        summary: 'Link to a home once and say what was seen',
        tags,
        params: homeParams,
        response: { 200: checkShape },
      },
    },
    async ({ params }) => checkAnswer(await checkHome(deps, await homeOf(deps, params.tenant, params.home))),
  );
}
