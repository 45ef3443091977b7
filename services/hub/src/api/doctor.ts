import { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { Api } from './api-scope.ts';
import { checkHomes } from './doctor/check-homes.ts';
import { checkJobs, checkMemory } from './doctor/check-load.ts';
import { checkPublic } from './doctor/check-public.ts';
import { checkDatabase, checkKeys } from './doctor/check-storage.ts';
import { findingShape } from './doctor/finding.ts';
import { flag, ref } from './field-shapes.ts';
import { tenantOf } from './find.ts';

const reportShape = z.object({
  healthy: z.boolean().describe('Nothing is broken; warnings may be there.'),
  findings: z.array(findingShape),
});

export function doctorRoute(api: Api, deps: Deps): void {
  api.get(
    '/doctor',
    {
      schema: {
        operationId: 'examine',
        summary: 'What is wrong, and what to do about it',
        description: 'Links to every home once, so it takes up to 15 seconds and with many dead homes longer.',
        tags: ['installation'],
        querystring: z.strictObject({
          tenant: ref.optional().describe('Only the homes of this tenant.'),
          all: flag
            .default(false)
            .describe(
              'Everything: also the public URL, and what each home says of itself (repairs, updates, backups).',
            ),
          public: flag.default(false).describe('Also ask the public URL as AI clients would; takes up to 30 s more.'),
        }),
        response: { 200: reportShape },
      },
    },
    async ({ query }) => {
      const tenant = query.tenant === undefined ? undefined : await tenantOf(deps, query.tenant);
      const findings = (
        await Promise.all([
          checkDatabase(deps),
          checkKeys(deps),
          checkHomes(deps, tenant?.id, query.all),
          checkMemory(deps),
          checkJobs(deps),
          query.public || query.all ? checkPublic(deps) : [],
        ])
      ).flat();
      return { healthy: findings.every(({ level }) => level !== 'broken'), findings };
    },
  );
}
