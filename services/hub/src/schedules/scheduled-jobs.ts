import { Fault } from '@hub/core/fault.ts';
import { backupArgs } from '@hub/jobs/backup/create.ts';
import { drillArgs } from '@hub/jobs/backup/drill.ts';
import { pendingUpdatesArgs } from '@hub/jobs/update/install-pending.ts';
import { z } from 'zod';

/** All that may start with nobody there. */
export const scheduledKind = z.enum(['backup.create', 'backup.drill', 'update.install-pending']);

export type ScheduledKind = z.output<typeof scheduledKind>;

/** What may be said of each, and whether it changes the home. */
const SCHEDULED_JOBS: Readonly<Record<ScheduledKind, { readonly args: z.ZodObject; readonly keepsWindows: boolean }>> =
  {
    'backup.create': { args: backupArgs.omit({ name: true }), keepsWindows: false },
    'backup.drill': { args: drillArgs.omit({ copyId: true }), keepsWindows: false },
    'update.install-pending': { args: pendingUpdatesArgs, keepsWindows: true },
  };

/** The arguments as the job takes them. @throws Fault VALIDATION_FAILED */
export function scheduledArgs(kind: ScheduledKind, given: unknown): Readonly<Record<string, unknown>> {
  const parsed = SCHEDULED_JOBS[kind].args.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new Fault('VALIDATION_FAILED', `The arguments do not fit ${kind}: ${z.prettifyError(parsed.error)}`, {
    suggestion: `It takes ${Object.keys(SCHEDULED_JOBS[kind].args.shape).join(', ')}.`,
  });
}

/** Does it begin within maintenance windows alone? */
export function keepsWindows(kind: ScheduledKind): boolean {
  return SCHEDULED_JOBS[kind].keepsWindows;
}
