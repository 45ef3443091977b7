import type { Database } from '@hub/db/database.ts';
import { removeHome } from '@hub/db/homes.ts';
import { needsHome } from '@hub/jobs/define.ts';
import { jobs } from '@hub/jobs/registry.gen.ts';

/** What could do nothing but fail without its home; checks of its stored backups go on. */
const NEEDS_HOME = jobs.filter(needsHome).map(({ kind }) => kind);

/** Removes a home and the jobs that wait for it. Undefined when it was not there. @throws Fault STORAGE_UNAVAILABLE */
export function forgetHome(db: Database, tenantId: string, homeId: string) {
  return removeHome(db, tenantId, homeId, NEEDS_HOME);
}
