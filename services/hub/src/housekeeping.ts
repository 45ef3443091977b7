import { setTimeout as delay } from 'node:timers/promises';
import { pruneChanges } from '@hub/db/changes.ts';
import type { Database } from '@hub/db/database.ts';
import { type EditLimits, listEditedHomes, trimEdits } from '@hub/db/edits.ts';
import { listTenants } from '@hub/db/tenants.ts';
import type { Log } from '@hub/runtime/log.ts';

const DAY_MS = 24 * 3_600_000;
const EVERY_MS = 3_600_000;

export interface HouseRules {
  /** What is kept of one home's edits, also of one that was removed. */
  readonly editLimits: EditLimits;
}

/** Each hour removes what nobody needs any more: changes every replica has read, edits beyond their limits. */
export async function keepHouse(db: Database, rules: HouseRules, log: Log, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await tidy(db, rules).catch((error: unknown) => log.warn({ err: error }, 'housekeeping has to wait'));
    await delay(EVERY_MS, undefined, { ref: false, signal }).catch(() => undefined);
  }
}

/** Once. @throws Fault STORAGE_UNAVAILABLE */
export async function tidy(db: Database, { editLimits }: HouseRules): Promise<void> {
  await pruneChanges(db, DAY_MS);
  for (const tenant of await listTenants(db)) {
    for (const homeId of await listEditedHomes(db, tenant.id)) await trimEdits(db, tenant.id, homeId, editLimits);
  }
}
