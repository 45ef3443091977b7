import { setTimeout as delay } from 'node:timers/promises';
import { pruneChanges } from '@hub/db/changes.ts';
import type { Database } from '@hub/db/database.ts';
import { type EditLimits, trimEdits } from '@hub/db/edits.ts';
import { listHomes } from '@hub/db/homes.ts';
import { listTenants } from '@hub/db/tenants.ts';
import type { Log } from '@hub/runtime/log.ts';

const DAY_MS = 24 * 3_600_000;
const EVERY_MS = 3_600_000;
/** Per home; whichever is reached first. */
const EDIT_LIMITS: EditLimits = { maxCount: 5_000, maxAgeMs: 366 * DAY_MS, maxBytes: 256 * 1024 * 1024 };

/** Each hour removes what nobody needs any more: changes every replica has read, edits beyond their limits. */
export async function keepHouse(db: Database, log: Log, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await tidy(db).catch((error: unknown) => log.warn({ err: error }, 'housekeeping has to wait'));
    await delay(EVERY_MS, undefined, { ref: false, signal }).catch(() => undefined);
  }
}

async function tidy(db: Database): Promise<void> {
  await pruneChanges(db, DAY_MS);
  for (const tenant of await listTenants(db)) {
    for (const home of await listHomes(db, tenant.id)) await trimEdits(db, tenant.id, home.id, EDIT_LIMITS);
  }
}
