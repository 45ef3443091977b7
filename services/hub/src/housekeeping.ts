import { pause } from '@hub/core/pause.ts';
import { dropAudit, sealAudit } from '@hub/db/audit-seals.ts';
import { pruneChanges } from '@hub/db/changes.ts';
import { type Database, pingDatabase } from '@hub/db/database.ts';
import { type EditLimits, listEditedHomes, trimEdits } from '@hub/db/edits.ts';
import { pruneHistory } from '@hub/db/prune-history.ts';
import { listTenants } from '@hub/db/tenants.ts';
import type { Log } from '@hub/runtime/log.ts';

const DAY_MS = 24 * 3_600_000;
const EVERY_MS = 3_600_000;
/** A database that answers within this is there: what failed was a part alone. */
const ANSWER_MS = 5_000;

export interface HouseRules {
  /** What is kept of one home's edits, also of one that was removed. */
  readonly editLimits: EditLimits;
  readonly auditMaxDays: number;
  /** Finished jobs and messages. */
  readonly jobsMaxDays: number;
}

/** Each hour seals the audit trail and removes what nobody needs any more. */
export async function keepHouse(db: Database, rules: HouseRules, log: Log, signal: AbortSignal): Promise<void> {
  const onError = (err: unknown, tenantId?: string) =>
    log.warn({ err, tenantId }, 'a part of housekeeping has to wait');
  while (!signal.aborted) {
    await tidy(db, rules, onError).catch(onError);
    await pause(EVERY_MS, signal);
  }
}

/**
 * Once. Rows of the audit trail go only under a seal, which stays. A part that fails is told with its tenant and holds up no
 * other one. @throws Fault STORAGE_UNAVAILABLE when the database is away
 */
export async function tidy(
  db: Database,
  { editLimits, auditMaxDays, jobsMaxDays }: HouseRules,
  onError: (error: unknown, tenantId?: string) => void,
): Promise<void> {
  async function part(work: Promise<unknown>, tenantId?: string): Promise<void> {
    try {
      await work;
    } catch (error) {
      await pingDatabase(db, ANSWER_MS);
      onError(error, tenantId);
    }
  }
  await part(pruneChanges(db, DAY_MS));
  await part(pruneHistory(db, { jobsMaxDays, historyMaxDays: auditMaxDays }));
  for (const { id } of await listTenants(db)) {
    await part(trimAllEdits(db, id, editLimits), id);
    await part(sealAudit(db, id), id);
    await part(dropAudit(db, id, new Date(Date.now() - auditMaxDays * DAY_MS)), id);
  }
}

async function trimAllEdits(db: Database, tenantId: string, limits: EditLimits): Promise<void> {
  for (const homeId of await listEditedHomes(db, tenantId)) await trimEdits(db, tenantId, homeId, limits);
}
