import { counted } from '@hub/core/counted.ts';
import { z } from 'zod';
import { defineJob } from '../define.ts';

const HOUR_MS = 3_600_000;

/** Seals the hours of the tenant's audit trail that are settled. One that was cut short goes on behind the last seal. */
export const job = defineJob({
  kind: 'audit.seal',
  title: 'Seal the audit trail',
  isUpkeep: true,
  isExclusive: false,
  args: z.strictObject({}),
  deadlineMs: HOUR_MS,
  async run(_args, { records, signal, progress, step }) {
    return await step('seal', {
      marker: () => ({}),
      async act() {
        let hours = 0;
        for (let made = await records.sealAudit(); made > 0; made = await records.sealAudit()) {
          hours += made;
          await progress(hours, undefined, `${counted(hours, 'hour')} sealed`);
          signal.throwIfAborted();
        }
        return { hours_sealed: hours };
      },
      // What is sealed is not sealed again.
      observe: async () => ({ is: 'not_done' }),
    });
  },
});
