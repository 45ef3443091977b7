import { dropAudit, sealAudit } from '@hub/db/audit-seals.ts';
import type { Database } from '@hub/db/database.ts';
import { listHomesToTrim, trimEdits } from '@hub/db/edits.ts';
import { askForLooks, countLooks, listMissed, readNow } from '@hub/db/home-looks.ts';
import type { TenantRecords } from '@hub/jobs/tenant-records.ts';

/** What the database keeps of a tenant, for its jobs. */
export function storedRecords(db: Database, tenantId: string): TenantRecords {
  return {
    sealAudit: () => sealAudit(db, tenantId),
    dropAudit: (before, signal) => dropAudit(db, tenantId, before, signal),
    async trimEdits(limits, signal) {
      let removed = 0;
      for (const homeId of await listHomesToTrim(db, tenantId, limits)) {
        signal.throwIfAborted();
        removed += await trimEdits(db, tenantId, homeId, limits);
      }
      return removed;
    },
    now: () => readNow(db),
    askForLooks: (asked, isAgain) => askForLooks(db, { tenantId, ...asked }, isAgain),
    countLooks: (asked) => countLooks(db, { tenantId, ...asked }),
    listMissed: (asked) => listMissed(db, { tenantId, ...asked }),
  };
}
