import { Fault } from '@hub/core/fault.ts';
import { deleteBackup, readBackup, readBackupInfo, type StoredBackup } from '@hub/ha/backups.ts';
import type { ToolContext } from '../define.ts';
import { findBackup } from './find-backup.ts';

const DAY_MS = 86_400_000;
/** A caller may ask for more and never for less. */
const MIN_AGE_DAYS = 7;

export interface DeleteCall {
  readonly backup_id?: string | undefined;
  readonly older_than_days?: number | undefined;
  readonly confirm: boolean;
}

/** Removes one backup from all its places, if no guard stands before it. @throws Fault VALIDATION_INVALID_PARAMETER naming the guards */
export async function deleteSnapshot(context: ToolContext, call: DeleteCall) {
  const { home, signal } = context;
  const { backup, info } = await findBackup(context, call.backup_id, 'delete');
  const guards = guardsOf(backup, info.backups, call);
  if (guards.length > 0) throw guarded(backup, guards);
  const { backup_id: id, name, date } = backup;
  const errors = await send(context, id);
  const left = await readBackup(home, id, { signal });
  if (left && Object.keys(errors).length === 0) throw stillThere(id);
  const warnings = Object.entries(errors).map(([place, error]) => `${place} did not remove it: ${error}`);
  return {
    success: true as const,
    ...{ backup_id: id, name, date, status: left ? 'partly_deleted' : 'deleted' },
    ...(warnings.length > 0 ? { warnings, partial: true as const } : {}),
  };
}

interface Guard {
  readonly guard: 'newest' | 'automatic' | 'min_age' | 'confirm';
  readonly says: string;
}

/** What speaks against it; `confirm` only when nothing else does, as it would not help then. */
function guardsOf(
  backup: StoredBackup,
  all: readonly StoredBackup[],
  { older_than_days: given, confirm }: DeleteCall,
): readonly Guard[] {
  const minDays = Math.max(MIN_AGE_DAYS, given ?? 0);
  const ageDays = (Date.now() - Date.parse(backup.date)) / DAY_MS;
  const isNewest = all.every((one) => Date.parse(one.date) <= Date.parse(backup.date));
  const guards: Guard[] = [
    ...(isNewest ? [{ guard: 'newest', says: 'it is the newest backup of this home' } as const] : []),
    ...(backup.with_automatic_settings
      ? [{ guard: 'automatic', says: 'Home Assistant made it by its own plan, and removes it by that' } as const]
      : []),
    ...(ageDays < minDays
      ? [{ guard: 'min_age', says: `it is ${ageDays.toFixed(1)} days old, and ${minDays} are needed` } as const]
      : []),
  ];
  if (guards.length > 0 || confirm) return guards;
  return [{ guard: 'confirm', says: '`confirm` must be true: a deleted backup cannot be brought back' }];
}

function guarded({ backup_id: id, name, date }: StoredBackup, guards: readonly Guard[]): Fault {
  const isAboutConfirm = guards[0]?.guard === 'confirm';
  return new Fault('VALIDATION_INVALID_PARAMETER', `Not deleted: ${guards.map(({ says }) => says).join('; ')}.`, {
    suggestion: isAboutConfirm
      ? 'Ask the person; then repeat the call with confirm true.'
      : 'A person can delete it in Home Assistant under Settings > System > Backups.',
    context: {
      parameter: isAboutConfirm ? 'confirm' : 'backup_id',
      ...{ backup_id: id, backup_name: name, date, guards: guards.map(({ guard }) => guard) },
    },
  });
}

/** The errors of places that would not; a lost answer is settled by looking. */
async function send({ home, signal }: ToolContext, id: string): Promise<Readonly<Record<string, string>>> {
  try {
    return await deleteBackup(home, id, { signal });
  } catch (error) {
    if (!(error instanceof Fault) || !error.outcomeUnknown || signal.aborted) throw error;
    const { backups, agent_errors } = await readBackupInfo(home, { signal });
    if (backups.some((one) => one.backup_id === id) || Object.keys(agent_errors).length > 0) throw error;
    return {};
  }
}

function stillThere(id: string): Fault {
  return new Fault('SERVICE_CALL_FAILED', 'Home Assistant took the deletion, and the backup is still there.', {
    suggestion: "Look with action 'list' in a moment.",
    context: { backup_id: id },
  });
}
