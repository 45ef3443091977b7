import { Fault } from '@hub/core/fault.ts';
import {
  type BackupInfo,
  busyFault,
  generateBackup,
  listBackupAgents,
  readBackupConfig,
  readBackupInfo,
  type StoredBackup,
} from '@hub/ha/backups.ts';
import type { Home } from '@hub/ha/home.ts';
import { z } from 'zod';
import { defineJob, type JobContext, type Step } from '../define.ts';
import { type StoredResult, storeBackup } from './store.ts';
import { watchBackups } from './watch.ts';

export const backupArgs = z.strictObject({
  name: z.string().trim().min(1).max(100).optional().describe('made up when missing'),
  includeDatabase: z.boolean().default(true).describe('history and statistics'),
  includeApps: z.boolean().default(true).describe('all apps with their data, where the home has a Supervisor'),
});

type Args = z.output<typeof backupArgs>;

export interface BackupResult {
  readonly backup_id: string;
  /** Home Assistant's name for the run; missing when its answer was lost and the backup was found by its name. */
  readonly backup_job_id?: string;
  readonly name: string;
  readonly date: string;
  readonly size_bytes: number;
  readonly status: 'completed';
  /** Missing when nobody watched the whole run. */
  readonly duration_seconds?: number;
  /** Places that refused the backup, while others have it. */
  readonly failed_agent_ids?: readonly string[];
  /** In the hub's own store; missing where it has none. */
  readonly stored?: StoredResult;
}

/** Backups that bore the name before, so that ours is known by it: the name alone need not be unique. */
const markerShape = z.object({ name: z.string(), earlierIds: z.array(z.string()) });
type Marker = z.output<typeof markerShape>;

const HOUR_MS = 3_600_000;

export const job = defineJob<Args, BackupResult>({
  kind: 'backup.create',
  title: 'Create a backup',
  isExclusive: true,
  args: backupArgs,
  // A home with many apps and a slow disk takes more than an hour.
  deadlineMs: 3 * HOUR_MS,
  run: makeBackup,
});

/** Made at the home, and in the hub's own store where it has one. */
async function makeBackup(args: Args, context: JobContext): Promise<BackupResult> {
  const made = await context.step('generate', generateStep(args, context));
  const stored = await storeBackup(made.backup_id, context);
  return stored ? { ...made, stored } : made;
}

/** One backup, made once: after a crash or a lost answer it is looked for by its name, and waited for while it is being made. */
export function generateStep(args: Args, context: JobContext): Step<BackupResult> {
  const { home, signal } = context;
  return {
    async marker() {
      const name = args.name ?? defaultName(context.jobId);
      const { backups } = await readBackupInfo(home, { signal });
      return { name, earlierIds: backups.filter((one) => one.name === name).map((one) => one.backup_id) };
    },
    async act(stored) {
      const marker = markerShape.parse(stored);
      const target = await chooseTarget(home, signal);
      await using watch = await watchBackups(context);
      const startedMs = performance.now();
      const jobId = await begin(context, {
        ...target,
        name: marker.name,
        include_homeassistant: true,
        include_database: args.includeDatabase,
        // Without a Supervisor there are no apps, and Home Assistant refuses the wish.
        include_all_addons: args.includeApps && home.info.components.has('hassio'),
      });
      const info = await watch.untilIdle();
      const backup = findOurs(info, marker);
      if (!backup) throw failure(info, marker.name);
      const seconds = Math.round((performance.now() - startedMs) / 100) / 10;
      return { ...resultOf(backup), backup_job_id: jobId, duration_seconds: seconds };
    },
    async observe(stored) {
      const marker = markerShape.parse(stored);
      await using watch = await watchBackups(context);
      const info = await watch.untilIdle();
      const backup = findOurs(info, marker);
      if (backup) return { is: 'done', result: resultOf(backup) };
      // A place that does not answer may hold it.
      return { is: Object.keys(info.agent_errors).length > 0 ? 'unknown' : 'not_done' };
    },
  };
}

function defaultName(jobId: string): string {
  const minute = new Date().toISOString().slice(0, 16).replace('T', ' ');
  return `Backup ${minute} UTC (${jobId.slice(-6)})`;
}

/** The home's own place, else where its automatic backups go; encrypted as those are. */
async function chooseTarget(
  home: Home,
  signal: AbortSignal,
): Promise<{ readonly agent_ids: readonly string[]; readonly password?: string }> {
  const [agents, config] = await Promise.all([listBackupAgents(home, { signal }), readBackupConfig(home, { signal })]);
  const present = agents.map(({ agent_id: id }) => id);
  const local = present.filter((id) => id === 'hassio.local' || id === 'backup.local');
  const chosen = local.length > 0 ? local : config.agentIds.filter((id) => present.includes(id));
  if (chosen.length === 0) {
    throw new Fault('COMPONENT_NOT_INSTALLED', 'this home has no place to store a backup at', {
      suggestion: 'set one up at the home under Settings > System > Backups, then start the backup again',
    });
  }
  return { agent_ids: chosen, ...(config.password !== undefined && { password: config.password }) };
}

async function begin({ home, signal }: JobContext, request: Readonly<Record<string, unknown>>): Promise<string> {
  try {
    return await generateBackup(home, request, { signal });
  } catch (error) {
    throw busyFault(error) ?? error;
  }
}

function failure(info: BackupInfo, name: string): Fault {
  const reason = info.last_action_event?.reason ?? 'no reason given';
  return new Fault('SERVICE_CALL_FAILED', `Home Assistant could not make the backup '${name}': ${reason}`, {
    suggestion: [
      'check the free space of the home, then start the backup again',
      "look at the home's log for the words 'Error creating backup'",
    ],
    context: { reason },
  });
}

function findOurs(info: BackupInfo, marker: Marker): StoredBackup | undefined {
  return info.backups.find((one) => one.name === marker.name && !marker.earlierIds.includes(one.backup_id));
}

function resultOf(backup: StoredBackup): BackupResult {
  return {
    backup_id: backup.backup_id,
    name: backup.name,
    date: backup.date,
    size_bytes: Math.max(0, ...Object.values(backup.agents).map((agent) => agent.size)),
    status: 'completed',
    ...(backup.failed_agent_ids.length > 0 && { failed_agent_ids: backup.failed_agent_ids }),
  };
}
