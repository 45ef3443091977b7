import { Fault } from '@hub/core/fault.ts';
import { listBackupAgents, readBackupInfo, uploadBackup } from '@hub/ha/backups.ts';
import type { JobContext, Step } from '../define.ts';
import type { BackupShelf, StoredCopy } from '../shelf.ts';
import { noStore, notThere } from './drill.ts';
import { watchBackups } from './watch.ts';

/** A stored backup at its home again, if it is no longer there. Gives Home Assistant's id of it and the key it was made with. */
export async function bringBack(copyId: string, context: JobContext) {
  const { shelf } = context;
  if (!shelf) throw noStore();
  const copy = await shelf.find(copyId);
  if (!copy) throw notThere(copyId);
  await context.step('bring back', uploadStep(copy, shelf, context));
  return { backupId: copy.haBackupId, password: await shelf.haKey(copy) };
}

function uploadStep(copy: StoredCopy, shelf: BackupShelf, context: JobContext): Step<{ readonly isUploaded: boolean }> {
  const { home, signal, progress } = context;
  const isThere = async () =>
    (await readBackupInfo(home, { signal })).backups.some((one) => one.backup_id === copy.haBackupId);
  return {
    marker: () => ({ backupId: copy.haBackupId }),
    async act() {
      if (await isThere()) return { isUploaded: false };
      const agents = await listBackupAgents(home, { signal });
      const local = agents.find(({ agent_id: id }) => /^(hassio|backup)\.local$/.test(id)) ?? agents[0];
      if (!local) throw noPlace();
      await progress(0, 1, 'bringing the backup back to the home');
      await uploadBackup(home, { agentId: local.agent_id, file: await shelf.open(copy, signal) }, { signal });
      if (!(await isThere())) throw notTaken(copy);
      return { isUploaded: true };
    },
    async observe() {
      await using watch = await watchBackups(context);
      await watch.untilIdle();
      // Once nothing is on its way any more, one that is not listed is not there; the same file again is the same backup.
      return (await isThere()) ? { is: 'done', result: { isUploaded: true } } : { is: 'not_done' };
    },
  };
}

function noPlace(): Fault {
  return new Fault('COMPONENT_NOT_INSTALLED', 'This home has no place to store a backup at.', {
    suggestion: 'Set one up at the home under Settings > System > Backups.',
  });
}

function notTaken({ id }: StoredCopy): Fault {
  return new Fault('SERVICE_CALL_FAILED', `The home took the file of the backup ${id}, and does not list it.`, {
    suggestion: "Look at the home's log for 'backup'. Nothing was restored.",
  });
}
