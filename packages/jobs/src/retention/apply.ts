import { z } from 'zod';
import { defineJob, type JobContext, type Step } from '../define.ts';

const DAY_MS = 24 * 3_600_000;

const limit = z.number().int().min(1);

/** As the hub that starts it is set: whoever runs it needs no settings. */
const retentionArgs = z.strictObject({
  edits: z.strictObject({ maxCount: limit, maxAgeMs: limit, maxBytes: limit }).describe('of each home'),
  auditMaxDays: limit,
});

/** Removes what is kept no longer of the tenant's audit trail, which goes under its seals, and of its homes' edits. */
export const job = defineJob({
  kind: 'retention.apply',
  title: 'Remove what is kept no longer',
  isUpkeep: true,
  isExclusive: false,
  args: retentionArgs,
  deadlineMs: DAY_MS,
  async run({ edits, auditMaxDays }, { records, signal, progress, step }: JobContext) {
    await progress(0, 2, 'removing old edits');
    // Edits that cannot be removed today keep no audit rows; the job fails with their reason at its end.
    const [editsRemoved] = await Promise.allSettled([
      step(
        'edits',
        again(() => records.trimEdits(edits, signal)),
      ),
    ]);
    signal.throwIfAborted();
    await progress(1, 2, 'removing old audit rows');
    const before = new Date(Date.now() - auditMaxDays * DAY_MS);
    const rowsRemoved = await step(
      'audit',
      again(() => records.dropAudit(before, signal)),
    );
    if (editsRemoved.status === 'rejected') throw editsRemoved.reason;
    return { edits_removed: editsRemoved.value, audit_rows_removed: rowsRemoved };
  },
});

/** What is gone is not removed again: after a crash the rest goes. */
function again<T>(act: () => Promise<T>): Step<T> {
  return { marker: () => ({}), act, observe: async () => ({ is: 'not_done' }) };
}
