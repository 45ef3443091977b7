import { findProblems } from '@hub/core/fleet-filter.ts';
import { pause } from '@hub/core/pause.ts';
import type { Database } from '@hub/db/database.ts';
import { noteProblems, type ProblemEvent } from '@hub/db/home-problems.ts';
import { listHomeStatuses } from '@hub/db/home-status.ts';
import { listHomes } from '@hub/db/homes.ts';
import { listScheduleStandings } from '@hub/db/schedules.ts';
import { listTenants } from '@hub/db/tenants.ts';
import type { Log } from '@hub/runtime/log.ts';

const EVERY_MS = 60_000;
/** A home that restarts or loses its line for a moment is nobody's worry. */
const GRACE_MS = 5 * 60_000;

/** Notes each minute what began and what ended at homes, and stores the messages about it. Never throws. */
export async function watchProblems(db: Database, log: Log, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const note = (error: unknown) => log.debug({ err: error }, 'problems of homes could not be noted');
    const tenants = await listTenants(db).catch((error: unknown) => {
      note(error);
      return [];
    });
    for (const { id, state } of tenants) {
      if (state === 'active' && !signal.aborted) await lookForProblems(db, id, new Date(), GRACE_MS).catch(note);
    }
    await pause(EVERY_MS, signal);
  }
}

/** Once for one tenant, from what the sweep found. @throws Fault STORAGE_UNAVAILABLE */
export async function lookForProblems(
  db: Database,
  tenantId: string,
  now: Date,
  graceMs: number,
): Promise<readonly ProblemEvent[]> {
  const [homes, statuses, schedules] = await Promise.all([
    listHomes(db, tenantId),
    listHomeStatuses(db, tenantId),
    listScheduleStandings(db, tenantId),
  ]);
  const found = homes.flatMap(({ id, slug, name, tags, link }) => {
    const known = { tokenExpiresAt: link.credentialExpiresAt, schedules: schedules.get(id) };
    const problems = findProblems({ slug, name, tags, ...statuses.get(id), ...known }, now);
    return problems.map((problem) => ({ homeId: id, ...problem }));
  });
  return noteProblems(db, tenantId, found, graceMs);
}
