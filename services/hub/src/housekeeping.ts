import { pause } from '@hub/core/pause.ts';
import { SYSTEM_ACTOR } from '@hub/db/actor.ts';
import { isDropDue, isSealDue } from '@hub/db/audit-seals.ts';
import { pruneChanges } from '@hub/db/changes.ts';
import { type Database, pingDatabase } from '@hub/db/database.ts';
import { tenantTrx } from '@hub/db/doors.ts';
import { type EditLimits, listHomesToTrim } from '@hub/db/edits.ts';
import { newestOfTenant } from '@hub/db/jobs.ts';
import { pruneHistory } from '@hub/db/prune-history.ts';
import { listTenants } from '@hub/db/tenants.ts';
import type { Queue } from '@hub/queue/queue.ts';
import type { Log } from '@hub/runtime/log.ts';
import { retention, sealing, type TenantUpkeep } from './tenant-upkeep.ts';

const DAY_MS = 24 * 3_600_000;
const EVERY_MS = 3_600_000;
/** All hubs come by each hour: what one of them began is not begun again by the next. A little less, as no hour is kept exactly. */
const ONCE_IN_MS = 55 * 60_000;
/** A database that answers within this is there: what failed was a part alone. */
const ANSWER_MS = 5_000;
/** So long one job is waited for before the next is begun: thousands of tenants fill no queue. */
const FOLLOW_MS = 2_000;
/** Behind what somebody waits for, and behind schedules. */
const PRIORITY = -2;

export interface HouseRules {
  /** What is kept of one home's edits, also of one that was removed. */
  readonly editLimits: EditLimits;
  readonly auditMaxDays: number;
  /** Finished jobs and messages. */
  readonly jobsMaxDays: number;
}

export interface House {
  readonly db: Database;
  readonly queue: Pick<Queue, 'enqueue' | 'follow'>;
  readonly rules: HouseRules;
}

/** Each hour removes what nobody needs any more, and starts the upkeep of each tenant that has some to do. */
export async function keepHouse(house: House & { readonly log: Log; readonly signal: AbortSignal }): Promise<void> {
  const { log, signal } = house;
  const onError = (err: unknown, tenantId?: string) =>
    log.warn({ err, tenantId }, 'a part of housekeeping has to wait');
  while (!signal.aborted) {
    await tidy(house, onError).catch(onError);
    await pause(EVERY_MS, signal);
  }
}

/**
 * Once. What belongs to the installation goes here; what belongs to a tenant, a suspended one as well, is a job where there is
 * something to do. A part that fails is told with its tenant and holds up no other one.
 * @throws Fault STORAGE_UNAVAILABLE when the database is away
 */
export async function tidy(house: House, onError: (error: unknown, tenantId?: string) => void): Promise<void> {
  const { db, rules } = house;
  async function part(work: Promise<unknown>, tenantId?: string): Promise<void> {
    try {
      await work;
    } catch (error) {
      await pingDatabase(db, ANSWER_MS);
      onError(error, tenantId);
    }
  }
  await part(pruneChanges(db, DAY_MS));
  await part(pruneHistory(db, { jobsMaxDays: rules.jobsMaxDays, historyMaxDays: rules.auditMaxDays }));
  for (const { id } of await listTenants(db)) {
    await part(
      upkeep(house, id, sealing, () => isSealDue(db, id)),
      id,
    );
    await part(
      upkeep(house, id, retention(rules), () => isRetentionDue(db, id, rules)),
      id,
    );
  }
}

async function upkeep(
  { db, queue }: House,
  tenantId: string,
  wanted: TenantUpkeep,
  isDue: () => Promise<boolean>,
): Promise<void> {
  // First, as it costs least: what one hub began no other one has to look for.
  const newest = await tenantTrx(db, tenantId, (trx) => newestOfTenant(trx, tenantId, wanted.kind));
  if (newest && Date.now() - newest.getTime() < ONCE_IN_MS) return;
  if (!(await isDue())) return;
  const asked = { ...wanted, tenantId, homeId: undefined, actor: SYSTEM_ACTOR, priority: PRIORITY };
  const { job } = await queue.enqueue(asked);
  await queue.follow(tenantId, job.id, FOLLOW_MS);
}

async function isRetentionDue(db: Database, tenantId: string, { editLimits, auditMaxDays }: HouseRules) {
  const before = new Date(Date.now() - auditMaxDays * DAY_MS);
  return (await isDropDue(db, tenantId, before)) || (await listHomesToTrim(db, tenantId, editLimits)).length > 0;
}
