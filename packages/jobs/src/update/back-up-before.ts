import { Fault } from '@hub/core/fault.ts';
import type { UpdateCategory } from '@hub/ha/updates.ts';
import { z } from 'zod';
import { generateStep } from '../backup/create.ts';
import { type StoredResult, storeBackup } from '../backup/store.ts';
import type { JobContext, Step } from '../define.ts';

/** home_assistant: with its history, what Home Assistant itself changes · everything: all apps too, what lives on the machine. */
export const backupWish = z.enum(['home_assistant', 'everything']);

export type BackupWish = z.infer<typeof backupWish>;

/** What of the home is backed up before an update of this kind: of what all of it stands on. Undefined: nothing. */
export function backupWishOf(category: UpdateCategory): BackupWish | undefined {
  if (category === 'core') return 'home_assistant';
  return category === 'os' ? 'everything' : undefined;
}

/** How long it takes at most, the way into the hub's store included. */
export const BACKUP_MS = 3 * 3_600_000;

export interface BackupBefore {
  readonly backup_id: string;
  readonly name: string;
  /** In the hub's own store; missing where it has none. */
  readonly stored?: StoredResult;
}

export interface Offered {
  readonly title: string;
  /** Empty where several are meant. */
  readonly to: string;
}

/**
 * The backup before an update, made once, and in the hub's own store before the update where there is one: that copy is what is
 * left of a home that does not come back. @throws Fault, and then nothing may be updated; as `offered` when there is nothing to update
 */
export async function backUpBefore(
  wish: BackupWish,
  offered: () => Promise<Offered>,
  context: JobContext,
): Promise<BackupBefore> {
  const { title, to } = await context.step('look for the update', offeredStep(offered));
  const args = {
    name: `Before ${`${title.slice(0, 60)} ${to.slice(0, 40)}`.trim()} (${context.jobId.slice(-6)})`,
    ...{ includeDatabase: true, includeApps: wish === 'everything' },
  };
  try {
    const { backup_id, name } = await context.step('backup', generateStep(args, context));
    const stored = await storeBackup(backup_id, context);
    return { backup_id, name, ...(stored && { stored }) };
  } catch (error) {
    throw error instanceof Fault && !context.signal.aborted ? notUpdated(error) : error;
  }
}

/** Before the backup, so that none is made for nothing; a step, so that a later attempt names the backup as the first did. */
function offeredStep(offered: () => Promise<Offered>): Step<Offered> {
  return { marker: () => ({}), act: offered, observe: async () => ({ is: 'not_done' }) };
}

function notUpdated(fault: Fault): Fault {
  const { code, message, suggestions, context, outcomeUnknown } = fault;
  return new Fault(code, `Nothing was updated, as the backup before it failed: ${message}`, {
    suggestion: [...suggestions, 'Without a backup it is installed only when a person says so: backup false.'],
    ...{ context, outcomeUnknown, cause: fault },
  });
}
