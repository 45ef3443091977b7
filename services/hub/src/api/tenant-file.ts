import { Fault } from '@hub/core/fault.ts';
import { readTenantCopy } from '@hub/db/tenant-copy.ts';
import { pasteTenant } from '@hub/db/tenant-paste.ts';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { openSecrets, passphraseField, sealSecrets, tenantFileShape } from '../tenant-file.ts';
import { VERSION } from '../version.ts';
import type { Api } from './api-scope.ts';
import { slug, tenantParams } from './field-shapes.ts';
import { tenantOf } from './find.ts';

/** Tenants with thousands of homes and their certificates stay below. */
const MAX_BYTES = 64 * 1024 * 1024;

const tags = ['tenants'];

const passphrase = passphraseField.optional();

export const importedShape = z
  .object({
    tenant: z.string().describe('slug'),
    dryRun: z.boolean(),
    withSecrets: z.boolean(),
    tables: z.record(z.string(), z.object({ created: z.number().int(), present: z.number().int() })),
  })
  .meta({ id: 'ImportedTenant' });

export function tenantFileRoutes(api: Api, deps: Deps): void {
  const { db, vault } = deps.storage;

  api.post(
    '/tenants/:tenant/export',
    {
      schema: {
        operationId: 'exportTenant',
        summary: 'A tenant as a file: people, homes and connectors',
        description:
          'Secrets are in it only under a passphrase. History (audit, edits, jobs) and saved programs stay here.',
        tags,
        params: tenantParams,
        body: z.strictObject({ passphrase: passphrase.describe('Seals tokens, certificates and connector URLs.') }),
        response: { 200: tenantFileShape },
      },
    },
    async ({ params, body }) => {
      const { id } = await tenantOf(deps, params.tenant);
      const { copy, secrets } = await readTenantCopy(db, vault, id);
      return {
        format: 'ha-mcp-hub tenant' as const,
        version: 1 as const,
        hubVersion: VERSION,
        exportedAt: new Date().toISOString(),
        tenant: copy,
        ...(body.passphrase === undefined ? {} : { secrets: await sealSecrets(secrets, copy, body.passphrase) }),
      };
    },
  );

  api.post(
    '/tenants/import',
    {
      bodyLimit: MAX_BYTES,
      schema: {
        operationId: 'importTenant',
        summary: 'Make a tenant of a file, all of it or nothing',
        description: 'What is there already under its id stays as it is: a second time does nothing.',
        tags,
        body: z.strictObject({
          file: tenantFileShape,
          passphrase,
          withoutSecrets: z.boolean().default(false).describe('Homes come without token, connectors without URL.'),
          slug: slug.optional().describe('In place of its own.'),
          dryRun: z.boolean().default(false),
        }),
        response: { 200: importedShape },
      },
    },
    async ({ body: { file, withoutSecrets, slug: newSlug, dryRun, ...given } }) => {
      if (file.secrets && given.passphrase === undefined && !withoutSecrets) throw passphraseNeeded();
      const secrets = given.passphrase === undefined ? undefined : await openSecrets(file, given.passphrase);
      const pasted = await pasteTenant(db, vault, file.tenant, { secrets, slug: newSlug, dryRun });
      return { tenant: pasted.slug, dryRun, withSecrets: secrets !== undefined, tables: { ...pasted.tables } };
    },
  );
}

function passphraseNeeded(): Fault {
  return new Fault('VALIDATION_MISSING_PARAMETER', 'The secrets of this file are sealed under a passphrase.', {
    suggestion: ['Give it: --passphrase -', 'Or leave them behind: --without-secrets'],
  });
}
