import { Fault } from '@hub/core/fault.ts';
import { type BackupInfo, readBackupInfo, type StoredBackup } from '@hub/ha/backups.ts';
import type { ToolContext } from '../define.ts';
import { requireAdmin } from '../shared/require-admin.ts';

/** One backup of the home and what is beside it. @throws Fault VALIDATION_INVALID_PARAMETER | RESOURCE_NOT_FOUND | AUTH_INSUFFICIENT_PERMISSIONS */
export async function findBackup(
  context: ToolContext,
  given: string | undefined,
  action: string,
): Promise<{ readonly backup: StoredBackup; readonly info: BackupInfo }> {
  const id = given?.trim() ?? '';
  if (id === '') {
    throw new Fault(
      'VALIDATION_INVALID_PARAMETER',
      `\`backup_id\` is required with scope 'snapshot' and action '${action}'.`,
      {
        suggestion: "Give backup_id from action 'list'.",
        context: { parameter: 'backup_id', scope: 'snapshot', action, missing_param: 'backup_id' },
      },
    );
  }
  await requireAdmin(context, `To ${action} a backup`);
  const info = await readBackupInfo(context.home, { signal: context.signal });
  const backup = info.backups.find((one) => one.backup_id === id);
  if (!backup) throw noSuchBackup(id);
  return { backup, info };
}

export function noSuchBackup(id: string): Fault {
  return new Fault('RESOURCE_NOT_FOUND', `\`backup_id\`: this home has no backup '${id}'.`, {
    suggestion: "Leave backup_id out of action 'list' to see all.",
    context: { parameter: 'backup_id', backup_id: id },
  });
}
