import { Fault } from '@hub/core/fault.ts';
import { readConnectorAccess } from '@hub/db/connector-access.ts';
import type { Database } from '@hub/db/database.ts';
import type { JobRecord } from '@hub/db/job-record.ts';
import { effectiveSettings } from './connector-access.ts';

/**
 * Decided again when a job is about to run: whoever asked for it may have lost the right meanwhile. Jobs of the operator have
 * no connector and pass. @throws Fault AUTH_EXPIRED | HOME_NOT_FOUND | READ_ONLY_MODE | STORAGE_UNAVAILABLE
 */
export async function admitJob(db: Database, { tenantId, connectorId, homeId }: JobRecord): Promise<void> {
  if (connectorId === undefined) return;
  const access = await readConnectorAccess(db, tenantId, connectorId);
  if (access?.validity !== 'valid' || access.tenant.state !== 'active') {
    throw new Fault('AUTH_EXPIRED', 'The connector that asked for this job may no longer be used.', {
      suggestion: 'Start it again with a connector that is valid.',
    });
  }
  const home = access.homes.find(({ id }) => id === homeId);
  if (homeId !== undefined && !home) {
    throw new Fault('HOME_NOT_FOUND', 'The connector that asked for this job no longer reaches its home.', {
      suggestion: 'Give the connector the home again, or start the job with another one.',
    });
  }
  // Every job changes something; what only reads has an answer before it would become one.
  if (effectiveSettings(access.connector.settings, home ? [home] : access.homes).readOnly) {
    throw new Fault('READ_ONLY_MODE', 'The connector that asked for this job may only read by now.', {
      suggestion: `The owner can allow changes: hub connectors set ${access.connector.name} --read-only off`,
      context: { read_only_mode: true },
    });
  }
}
