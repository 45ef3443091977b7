import { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { Api } from './api-scope.ts';
import { flag, tenantParams } from './field-shapes.ts';
import { tenantOf } from './find.ts';
import { importHomes } from './import-homes.ts';
import { MAX_ROWS, readCsv, readRows } from './import-rows.ts';
import { importResultShape } from './import-shape.ts';

/** 2,000 homes with certificates of their own stay below. */
const MAX_BYTES = 16 * 1024 * 1024;

export function importRoute(api: Api, deps: Deps): void {
  api.addContentTypeParser('text/csv', { parseAs: 'string' }, (_request, body, done) => done(null, body));

  api.post(
    '/tenants/:tenant/homes/import',
    {
      bodyLimit: MAX_BYTES,
      schema: {
        operationId: 'importHomes',
        summary: 'Add many homes at once',
        description: [
          `At most ${MAX_ROWS} homes, as an array of homes (application/json) or as a table with a head line (text/csv).`,
          'Each row is judged by itself; a bad one never stops the others. A home that is there is updated.',
        ].join(' '),
        tags: ['homes'],
        consumes: ['application/json', 'text/csv'],
        params: tenantParams,
        querystring: z.strictObject({
          dryRun: flag.default(false).describe('Say what would happen and store nothing.'),
          check: flag.default(false).describe('Try the link of each home; takes a second and more for each.'),
        }),
        body: z.union([z.array(z.unknown()), z.string()]),
        response: { 200: importResultShape },
      },
    },
    async ({ params, query, body }) => {
      const { id } = await tenantOf(deps, params.tenant);
      const rows = typeof body === 'string' ? readCsv(body) : readRows(body);
      const results = await importHomes(deps, id, rows, query);
      const count = (kind: string) => results.filter(({ result }) => result === kind).length;
      return {
        dryRun: query.dryRun,
        created: count('created'),
        updated: count('updated'),
        invalid: count('invalid'),
        rows: [...results],
      };
    },
  );
}
