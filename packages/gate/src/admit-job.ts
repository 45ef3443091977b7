import { Fault } from '@hub/core/fault.ts';
import { refusal } from '@hub/core/policy.ts';
import { readConnectorAccess } from '@hub/db/connector-access.ts';
import type { Database } from '@hub/db/database.ts';
import type { JobRecord } from '@hub/db/job-record.ts';
import { findTenant } from '@hub/db/tenants.ts';
import { accessOf, validityOf } from './connector-access.ts';

/**
 * Decided again when a job is about to run: whoever asked for it may have lost the right meanwhile, or the home its ceiling been
 * lowered, or the tenant been suspended, which stops what the operator asked for as well.
 * @throws Fault AUTH_EXPIRED | HOME_NOT_FOUND | READ_ONLY_MODE | EFFECT_NOT_ALLOWED | AUTH_INSUFFICIENT_PERMISSIONS | STORAGE_UNAVAILABLE
 */
export async function admitJob(
  db: Database,
  { tenantId, connectorId, homeId, kind, effect }: JobRecord,
): Promise<void> {
  if (connectorId === undefined) return assertActive(db, tenantId);
  const stored = await readConnectorAccess(db, tenantId, connectorId);
  if (!stored) {
    throw new Fault('AUTH_EXPIRED', 'The connector that asked for this job is gone.', {
      suggestion: 'Start it again with a connector that is valid.',
    });
  }
  const access = accessOf(stored);
  const home = access.homes.find(({ id }) => id === homeId);
  if (homeId !== undefined && !home) {
    throw new Fault('HOME_NOT_FOUND', 'The connector that asked for this job no longer reaches its home.', {
      suggestion: 'Give the connector the home again, or start the job with another one.',
    });
  }
  const fault = refusal({
    connectorName: access.name,
    tenantIsActive: access.tenantIsActive,
    validity: validityOf(access),
    isReadOnly: (home?.settings ?? access.settings).readOnly,
    isToolEnabled: true,
    toolName: kind,
    role: access.role,
    connectorCeiling: access.ceiling,
    askUpTo: access.settings.askUpTo,
    homeCeiling: home?.ceiling,
    // Jobs of older code do not say; each of them changes something.
    effect: effect ?? 'control',
  });
  if (fault) throw fault;
}

async function assertActive(db: Database, tenantId: string): Promise<void> {
  const tenant = await findTenant(db, tenantId);
  if (tenant?.state !== 'suspended') return;
  throw new Fault('RESOURCE_LOCKED', 'This tenant is suspended: nothing is done at its homes.', {
    suggestion: `Make it active first: hub tenants set ${tenant.slug} --state active`,
  });
}
