import { pause } from '@hub/core/pause.ts';
import { dropAudit, sealAudit } from '@hub/db/audit-seals.ts';
import { pruneChanges } from '@hub/db/changes.ts';
import type { Database } from '@hub/db/database.ts';
import { type EditLimits, listEditedHomes, trimEdits } from '@hub/db/edits.ts';
import { pruneHistory } from '@hub/db/prune-history.ts';
import { listTenants } from '@hub/db/tenants.ts';
import type { Log } from '@hub/runtime/log.ts';

const DAY_MS = 24 * 3_600_000;
const EVERY_MS = 3_600_000;

export interface HouseRules {
  /** What is kept of one home's edits, also of one that was removed. */
  readonly editLimits: EditLimits;
  readonly auditMaxDays: number;
  /** Finished jobs and messages. */
  readonly jobsMaxDays: number;
}

/** Each hour seals the audit trail and removes what nobody needs any more. */
export async function keepHouse(db: Database, rules: HouseRules, log: Log, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await tidy(db, rules).catch((error: unknown) => log.warn({ err: error }, 'housekeeping has to wait'));
    await pause(EVERY_MS, signal);
  }
}

/** Once. Rows of the audit trail go only under a seal, which stays. @throws Fault STORAGE_UNAVAILABLE */
export async function tidy(db: Database, rules: HouseRules): Promise<void> {
  const { editLimits, auditMaxDays, jobsMaxDays } = rules;
  await pruneChanges(db, DAY_MS);
  await pruneHistory(db, { jobsMaxDays, historyMaxDays: auditMaxDays });
  for (const tenant of await listTenants(db)) {
    for (const homeId of await listEditedHomes(db, tenant.id)) await trimEdits(db, tenant.id, homeId, editLimits);
    await sealAudit(db, tenant.id, new Date());
    await dropAudit(db, tenant.id, new Date(Date.now() - auditMaxDays * DAY_MS));
  }
}
