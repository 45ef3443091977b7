import { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { Api } from './api-scope.ts';
import { applyHomes } from './apply-homes.ts';
import { applyBody, applyResultShape } from './apply-shape.ts';
import { flag, tenantParams } from './field-shapes.ts';
import { tenantOf } from './find.ts';

/** 2,000 homes with certificates of their own stay below. */
const MAX_BYTES = 16 * 1024 * 1024;

export function applyRoute(api: Api, deps: Deps): void {
  api.post(
    '/tenants/:tenant/homes/apply',
    {
      bodyLimit: MAX_BYTES,
      schema: {
        operationId: 'applyHomes',
        summary: 'Make the homes what is given, by their slugs; again it changes nothing',
        description:
          'What a home does not say stays as it is. Each is judged by itself; one that fails never stops the others.',
        tags: ['homes'],
        params: tenantParams,
        querystring: z.strictObject({
          dryRun: flag.default(false).describe('Say what would change and change nothing.'),
          prune: flag.default(false).describe('Also remove homes that are not given.'),
          check: flag.default(true).describe('Try each new link first.'),
        }),
        body: applyBody,
        response: { 200: applyResultShape },
      },
    },
    async ({ params, query, body }) => {
      const { id } = await tenantOf(deps, params.tenant);
      return { dryRun: query.dryRun, homes: [...(await applyHomes(deps, id, body.homes, query))] };
    },
  );
}
