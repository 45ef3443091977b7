import { Fault } from '@hub/core/fault.ts';
import { notFound } from '@hub/db/constraint-fault.ts';
import type { FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Deps } from '../deps.ts';
import { hostRules } from '../http/hosts.ts';
import { missGuard } from '../mcp/misses.ts';
import { recoveryRoutes } from '../recovery/routes.ts';
import { settingsPages } from '../settings/routes.ts';
import { type AdminKey, openAdminKey } from './admin-key.ts';
import { approvalRoutes } from './approvals.ts';
import { auditRoutes } from './audit.ts';
import { backupRoutes } from './backups.ts';
import { connectorRoutes } from './connectors.ts';
import { databaseBackupRoute } from './database-backup.ts';
import { docsPage } from './docs-page.ts';
import { doctorRoute } from './doctor.ts';
import { editRoutes } from './edits.ts';
import { fleetRoutes } from './fleet.ts';
import { fleetRunRoutes } from './fleet-run.ts';
import { fleetSweepRoute } from './fleet-sweep.ts';
import { applyRoute } from './home-apply.ts';
import { importRoute } from './home-import.ts';
import { homeRoutes } from './homes.ts';
import { jobRoutes } from './jobs.ts';
import { keyRoutes } from './keys.ts';
import { memberRoutes } from './members.ts';
import { noticeRoutes } from './notices.ts';
import { collectOpenApi, openApiRoute } from './openapi.ts';
import { schemaFault } from './problem-shape.ts';
import { reportRoute } from './report.ts';
import { scheduleRoutes } from './schedules.ts';
import { tenantFileRoutes } from './tenant-file.ts';
import { tenantRoutes } from './tenants.ts';
import { upkeepRoutes } from './upkeep.ts';
import { windowsRoute } from './windows.ts';

/** Everything below /api, guarded by the admin key and described by OpenAPI 3.1, and the settings pages beside it. */
export async function adminApi(app: FastifyInstance, deps: Deps): Promise<void> {
  const key = await openAdminKey(deps.config, missGuard(), (outcome) => {
    deps.metrics.authEvents.inc({ method: 'admin_key', outcome });
    if (outcome === 'limited') deps.metrics.rateLimited.inc({ scope: 'admin' });
  });
  await settingsPages(app, deps, key);
  const hosts = hostRules(deps.config.publicUrls);
  await app.register(
    async (scope) => {
      scope.addHook('onRequest', async ({ host, headers }, reply) => {
        reply.header('cache-control', 'no-store');
        if (!hosts.allowsHost(host) || !hosts.allowsOrigin(headers.origin)) throw foreignPlace();
      });
      if (!key) return administrationOff(scope);
      scope.setValidatorCompiler(validatorCompiler);
      scope.setSerializerCompiler(serializerCompiler);
      scope.setSchemaErrorFormatter(schemaFault);
      await collectOpenApi(scope);
      openApiRoute(scope);
      await docsPage(scope);
      await scope.register(async (guarded) => guardedRoutes(guarded, deps, key));
    },
    { prefix: '/api' },
  );
}

function guardedRoutes(scope: FastifyInstance, deps: Deps, key: AdminKey): void {
  scope.addHook('onRequest', (request, reply) => key.check(request, reply));
  // Whatever was changed takes effect before the answer says so.
  scope.addHook('onSend', async ({ method }) => {
    if (method !== 'GET' && method !== 'HEAD') await deps.changes.look();
  });
  const api = scope.withTypeProvider<ZodTypeProvider>();
  tenantRoutes(api, deps);
  tenantFileRoutes(api, deps);
  memberRoutes(api, deps);
  homeRoutes(api, deps);
  importRoute(api, deps);
  applyRoute(api, deps);
  connectorRoutes(api, deps);
  editRoutes(api, deps);
  approvalRoutes(api, deps);
  auditRoutes(api, deps);
  upkeepRoutes(api, deps);
  jobRoutes(api, deps);
  fleetRoutes(api, deps);
  fleetRunRoutes(api, deps);
  fleetSweepRoute(api, deps);
  backupRoutes(api, deps);
  noticeRoutes(api, deps);
  keyRoutes(api, deps);
  scheduleRoutes(api, deps);
  windowsRoute(api, deps);
  reportRoute(api, deps);
  doctorRoute(api, deps);
  databaseBackupRoute(api, deps);
  recoveryRoutes(api, deps);
}

/** An outside database without a key: nobody may administer, and this says how to change that. */
function administrationOff(scope: FastifyInstance): void {
  scope.all('/*', async () => {
    throw notFound(
      'Administration, which is off on this hub,',
      'Set HUB_ADMIN_KEY (24 characters or more) and start again.',
    );
  });
}

/** The guard against DNS rebinding and foreign web pages. */
function foreignPlace(): Fault {
  return new Fault(
    'AUTH_INSUFFICIENT_PERMISSIONS',
    'The hub does not answer under this host name, or to web pages of this origin.',
    {
      suggestion: 'Its operator can add the address to PUBLIC_URL.',
    },
  );
}
