import { Fault } from '@hub/core/fault.ts';
import { readBackupConfig, type StoredBackup } from '@hub/ha/backups.ts';
import { checkConfig } from '@hub/ha/config-check.ts';
import type { Home } from '@hub/ha/home.ts';
import { credentialMadeAt } from '@hub/ha/instance.ts';

interface Asked {
  readonly home: Home;
  readonly signal: AbortSignal;
}

export interface RestoreWish {
  /** History and statistics too. */
  readonly isWithDatabase: boolean;
  /** The key it was made with, where that is known; else the home's own of today. */
  readonly password?: string | undefined;
}

/** Refuses a restore that would end badly. @throws Fault VALIDATION_INVALID_PARAMETER | VALIDATION_FAILED */
export async function assertRestorable(
  { home, signal }: Asked,
  backup: StoredBackup,
  wish: RestoreWish,
): Promise<void> {
  const { isWithDatabase, password } = wish;
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
    isProtected(backup)
      ? (password ?? readBackupConfig(home, { signal }).then((config) => config.password))
      : 'none needed',
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

/** Without a Supervisor Home Assistant notes the restore and restarts itself, which it refuses with a broken configuration. @throws Fault CONFIG_INVALID */
export async function assertRestarts({ home, signal }: Asked): Promise<void> {
  if (home.info.components.has('hassio')) return;
  const { result, errors } = await checkConfig(home, { signal });
  if (result === 'valid') return;
  throw new Fault('CONFIG_INVALID', `Home Assistant would not restart into the backup: ${errors ?? ''}`, {
    suggestion: 'Correct what the message names first (the broken YAML stops the restart). Nothing was done.',
    context: { errors: errors ?? null },
  });
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
