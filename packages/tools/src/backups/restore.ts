import { Fault } from '@hub/core/fault.ts';
import type { StoredBackup } from '@hub/ha/backups.ts';
import { assertRestarts, assertRestorable } from '@hub/jobs/backup/restorable.ts';
import { z } from 'zod';
import { type EndedJob, lateAnswer, type ToolContext } from '../define.ts';
import { startAndFollow } from '../shared/follow-job.ts';
import { findBackup } from './find-backup.ts';

export interface RestoreCall {
  readonly backup_id?: string | undefined;
  readonly restore_database: boolean;
  readonly confirm: boolean;
}

const resultShape = z.looseObject({ safety_backup_id: z.string(), duration_seconds: z.number().optional() });

/**
 * Puts the whole home back to a backup, as a job followed for 25 s. All that can be seen beforehand to end badly is refused.
 * @throws Fault as the job failed; `outcomeUnknown` when nobody can tell
 */
export async function restoreSnapshot(context: ToolContext, call: RestoreCall) {
  const { restore_database: isWithDatabase, confirm } = call;
  const { backup, info } = await findBackup(context, call.backup_id, 'restore');
  await assertRestorable(context, backup, { isWithDatabase });
  if (!confirm) throw unconfirmed(backup);
  if (info.state !== 'idle') throw busy(info.state);
  await assertRestarts(context);
  const id = backup.backup_id;
  const told = { backup_id: id, restore_database: isWithDatabase, warnings: warningsOf(context, backup) };
  const answer = await startAndFollow(
    context,
    'backup.restore',
    { backupId: id, restoreDatabase: isWithDatabase },
    { dedupKey: `backup.restore:${id}:${isWithDatabase}`, told },
  );
  if ('note' in answer) return { ...answer, ...told, safety_backup_id: null, partial: true as const };
  return restored.answer(answer, told);
}

const toldShape = z.object({ backup_id: z.string(), restore_database: z.boolean(), warnings: z.array(z.string()) });

export const restored = lateAnswer({
  told: toldShape,
  answer({ jobId, result }: EndedJob, { warnings, ...what }: z.output<typeof toldShape>) {
    const { safety_backup_id, duration_seconds } = resultShape.parse(result);
    return {
      success: true as const,
      ...what,
      status: 'completed',
      safety_backup_id,
      job_id: jobId,
      ...(duration_seconds === undefined ? {} : { duration_seconds }),
      warnings,
      note: `Home Assistant runs again and says that the restore is complete. How the home was before is in backup '${safety_backup_id}'.`,
    };
  },
});

function unconfirmed({ name, date, backup_id: id }: StoredBackup): Fault {
  return new Fault('VALIDATION_INVALID_PARAMETER', `\`confirm\` must be true to restore a backup (of ${date}).`, {
    suggestion: [
      `Ask the person first: everything changed at the home since ${date} is lost, and it restarts.`,
      'Then repeat the call with confirm true. A backup of how it is now is made before.',
    ],
    context: { parameter: 'confirm', value: false, backup_id: id, backup_name: name },
  });
}

function busy(state: string): Fault {
  return new Fault('RESOURCE_LOCKED', `The home is busy with a backup (${state.replaceAll('_', ' ')}).`, {
    suggestion: 'Wait until it has ended, then restore. Nothing was done.',
    context: { backup_state: state },
  });
}

function warningsOf({ home }: ToolContext, { date }: StoredBackup): string[] {
  return [
    `What was changed at the home since ${date} is not in it any more.`,
    ...(home.info.components.has('hassio') ? ['Apps and folders of the backup stay as they are.'] : []),
  ];
}
