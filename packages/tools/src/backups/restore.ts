import { Fault } from '@hub/core/fault.ts';
import { readBackupConfig, type StoredBackup } from '@hub/ha/backups.ts';
import { checkConfig } from '@hub/ha/config-check.ts';
import { credentialMadeAt } from '@hub/ha/instance.ts';
import { z } from 'zod';
import type { ToolContext } from '../define.ts';
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
  await refuseUnfit(context, backup, isWithDatabase);
  if (!confirm) throw unconfirmed(backup);
  if (info.state !== 'idle') throw busy(info.state);
  await refuseBroken(context);
  const id = backup.backup_id;
  const warnings = warningsOf(context, backup);
  const answer = await startAndFollow(
    context,
    'backup.restore',
    { backupId: id, restoreDatabase: isWithDatabase },
    { dedupKey: `backup.restore:${id}:${isWithDatabase}` },
  );
  const what = { backup_id: id, restore_database: isWithDatabase };
  if ('note' in answer) return { ...answer, ...what, safety_backup_id: null, partial: true as const, warnings };
  const { safety_backup_id, duration_seconds } = resultShape.parse(answer.result);
  return {
    success: true as const,
    ...what,
    status: 'completed',
    safety_backup_id,
    job_id: answer.jobId,
    ...(duration_seconds === undefined ? {} : { duration_seconds }),
    warnings,
    note: `Home Assistant runs again and says that the restore is complete. How the home was before is in backup '${safety_backup_id}'.`,
  };
}

/** @throws Fault VALIDATION_INVALID_PARAMETER | VALIDATION_FAILED */
async function refuseUnfit({ home, signal }: ToolContext, backup: StoredBackup, isWithDatabase: boolean) {
  const id = backup.backup_id;
  const hasDatabase = backup.database_included === true;
  const hasSupervisor = home.info.components.has('hassio');
  if (backup.homeassistant_included === false) throw unfit(id, 'it holds apps or folders alone, not Home Assistant.');
  if (isWithDatabase && !hasDatabase) throw wrongDatabase(false, 'this backup holds no history.');
  if (hasSupervisor && hasDatabase && !isWithDatabase)
    throw wrongDatabase(true, 'this backup holds the history too, and a Supervisor restores both or nothing.');
  if (!hasSupervisor && isNewer(backup.homeassistant_version, home.info.haVersion))
    throw unfit(id, `it is of Home Assistant ${backup.homeassistant_version}, and this is ${home.info.haVersion}.`);
  const [madeAt, key] = await Promise.all([
    credentialMadeAt(home, { signal }),
    isProtected(backup) ? readBackupConfig(home, { signal }).then(({ password }) => password) : 'none needed',
  ]);
  if (key === undefined) throw unfit(id, 'it is encrypted, and the home keeps no key of its own.');
  if (madeAt !== undefined && madeAt > Date.parse(backup.date))
    throw unfit(
      id,
      "the hub's token is younger than it: the restored home would refuse the hub, and nobody would see how it ended.",
    );
}

function unfit(id: string, why: string): Fault {
  return new Fault('VALIDATION_FAILED', `\`backup_id\`: this backup cannot be restored by the hub: ${why}`, {
    suggestion: 'Nothing was done. It can be restored in Home Assistant under Settings > System > Backups.',
    context: { parameter: 'backup_id', backup_id: id },
  });
}

function wrongDatabase(should: boolean, why: string): Fault {
  return new Fault('VALIDATION_INVALID_PARAMETER', `\`restore_database\` must be ${should}: ${why}`, {
    suggestion: should ? 'Tell the person that the history since is lost then.' : 'Leave restore_database out.',
    context: { parameter: 'restore_database', value: !should },
  });
}

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

/** Without a Supervisor Home Assistant notes the restore and restarts itself, which it refuses with a broken configuration. @throws Fault CONFIG_INVALID */
async function refuseBroken({ home, signal }: ToolContext) {
  if (home.info.components.has('hassio')) return;
  const { result, errors } = await checkConfig(home, { signal });
  if (result === 'valid') return;
  throw new Fault('CONFIG_INVALID', `Home Assistant would not restart into the backup: ${errors ?? ''}`, {
    suggestion: 'Correct what the message names first (the broken YAML stops the restart). Nothing was done.',
    context: { errors: errors ?? null },
  });
}

function warningsOf({ home }: ToolContext, { date }: StoredBackup): readonly string[] {
  return [
    `What was changed at the home since ${date} is not in it any more.`,
    ...(home.info.components.has('hassio') ? ['Apps and folders of the backup stay as they are.'] : []),
  ];
}

function isProtected({ agents }: StoredBackup): boolean {
  return Object.values(agents).every((agent) => agent.protected);
}

/** Of two calendar versions such as `2026.11.0b3`; a beta counts as its release. */
function isNewer(version: string | null | undefined, than: string | undefined): boolean {
  const parts = (text: string) => text.split('.').map((part) => Number.parseInt(part, 10) || 0);
  if (!version || !than) return false;
  const [a, b] = [parts(version), parts(than)];
  const at = a.findIndex((part, index) => part !== (b[index] ?? 0));
  return at >= 0 && (a[at] ?? 0) > (b[at] ?? 0);
}
