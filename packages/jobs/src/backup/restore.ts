import { Fault } from '@hub/core/fault.ts';
import { type BackupInfo, readBackup, readBackupConfig, readBackupInfo, restoreBackup } from '@hub/ha/backups.ts';
import { hasRestartedSince, newestChange, throughRestart } from '@hub/ha/core-control.ts';
import { z } from 'zod';
import { defineJob, type JobContext, type Step } from '../define.ts';
import { bringBack } from './bring-back.ts';
import { generateStep } from './create.ts';
import { assertRestarts, assertRestorable } from './restorable.ts';
import { watchBackups } from './watch.ts';

const argsShape = z.strictObject({
  backupId: z.string().min(1).optional().describe('of the home'),
  copyId: z.uuid().optional().describe("of the hub's own store, in place of backupId"),
  restoreDatabase: z.boolean().default(false).describe('history and statistics too'),
});

type Args = z.output<typeof argsShape>;

/** The backup as its home knows it. */
interface Wanted {
  readonly backupId: string;
  readonly restoreDatabase: boolean;
  /** One that came from the hub's store: nobody has looked at it for this restore yet. */
  readonly fromStore: { readonly password: string | undefined } | undefined;
}

export interface RestoreResult {
  readonly backup_id: string;
  readonly status: 'completed';
  readonly safety_backup_id: string;
  readonly restore_database: boolean;
  /** Missing when nobody watched the whole of it. */
  readonly duration_seconds?: number;
}

const markerShape = z.object({ newestMs: z.number() });

const MINUTE_MS = 60_000;
/** A backup so young holds the home as it is now. */
const FRESH_MS = 10 * MINUTE_MS;
/** Unpacking, two starts, and a database upgrade on a slow disk. */
const BACK_MS = 60 * MINUTE_MS;

/** The home as a backup had it, restored once and seen to run again; before it a backup of how it was. Whoever starts it has checked that the backup can be restored. */
export const job = defineJob<Args, RestoreResult>({
  kind: 'backup.restore',
  title: 'Restore a backup',
  isExclusive: true,
  args: argsShape,
  deadlineMs: 4 * 60 * MINUTE_MS,
  async run(given, context) {
    const args = await wantedOf(given, context);
    const fresh = await context.step('look for a fresh backup', freshStep(args, context));
    const name = `Before a restore (${context.jobId.slice(-6)})`;
    const wanted = { name, includeDatabase: true, includeApps: true };
    const safety = fresh ?? (await context.step('safety backup', generateStep(wanted, context)));
    const seen = await context.step('restore', restoreStep(args, context));
    return {
      ...{ backup_id: args.backupId, status: 'completed' as const, safety_backup_id: safety.backup_id },
      ...{ restore_database: args.restoreDatabase, ...seen },
    };
  },
});

async function wantedOf({ backupId, copyId, restoreDatabase }: Args, context: JobContext): Promise<Wanted> {
  if (copyId !== undefined) {
    const { backupId: brought, password } = await bringBack(copyId, context);
    return { backupId: brought, restoreDatabase, fromStore: { password } };
  }
  if (backupId === undefined) throw new Fault('VALIDATION_FAILED', 'A restore needs a backup.');
  return { backupId, restoreDatabase, fromStore: undefined };
}

/** A step, so that a later attempt keeps to what the first found. */
function freshStep(args: Wanted, context: JobContext): Step<{ readonly backup_id: string } | null> {
  const { home, signal } = context;
  return {
    marker: () => ({}),
    async act() {
      // Before a backup is made that nothing would need.
      await assertFit(args, context);
      const { backups } = await readBackupInfo(home, { signal });
      const fresh = backups
        .filter((one) => one.backup_id !== args.backupId && one.homeassistant_included && one.database_included)
        // The home's clock may be ahead of ours: one made in the future can be of any age.
        .find((one) => Math.abs(Date.now() - Date.parse(one.date)) < FRESH_MS);
      return fresh ? { backup_id: fresh.backup_id } : null;
    },
    observe: async () => ({ is: 'not_done' }),
  };
}

interface Seen {
  readonly duration_seconds?: number;
}

function restoreStep(args: Wanted, context: JobContext): Step<Seen> {
  const { home, signal, progress } = context;
  return {
    async marker() {
      await assertFit(args, context);
      return { newestMs: await newestChange(home, { signal }) };
    },
    async act(stored) {
      const { newestMs } = markerShape.parse(stored);
      const request = {
        backupId: args.backupId,
        isWithDatabase: args.restoreDatabase,
        ...(await sourceOf(args, context)),
      };
      await progress(98, 100, 'restoring; Home Assistant restarts');
      const wait = { newestMs, deadlineMs: BACK_MS, signal };
      const { isBack, tookMs } = await throughRestart(home, () => restoreBackup(home, request, { signal }), wait).catch(
        (error: unknown) => Promise.reject(explained(error)),
      );
      if (!isBack || (await ending(context)) !== 'completed') throw notSeen();
      return { duration_seconds: Math.round(tookMs / 100) / 10 };
    },
    async observe(stored) {
      const ended = await ending(context);
      const isBack = await hasRestartedSince(home, markerShape.parse(stored).newestMs, { signal });
      // One that never left cannot be told from one still on its way, and it is not sent twice.
      return isBack && ended === 'completed' ? { is: 'done', result: {} } : { is: 'unknown' };
    },
  };
}

/** What a tool looks at before it starts the job is looked at here for a backup that came only just now. @throws Fault as `assertRestorable` */
async function assertFit({ backupId, restoreDatabase, fromStore }: Wanted, context: JobContext): Promise<void> {
  if (!fromStore) return;
  const backup = await readBackup(context.home, backupId, { signal: context.signal });
  if (!backup) throw gone(backupId);
  await assertRestorable(context, backup, { isWithDatabase: restoreDatabase, password: fromStore.password });
  await assertRestarts(context);
}

/** Its own place before others, and the home's key where it is encrypted: that goes to the home alone, and is kept nowhere. */
async function sourceOf({ backupId, fromStore }: Wanted, { home, signal }: JobContext) {
  const [backup, config] = await Promise.all([
    readBackup(home, backupId, { signal }),
    readBackupConfig(home, { signal }),
  ]);
  const places = Object.keys(backup?.agents ?? {});
  const agentId = places.find((id) => id === 'hassio.local' || id === 'backup.local') ?? places[0];
  if (!backup || agentId === undefined) throw gone(backupId);
  const password = fromStore?.password ?? config.password;
  return { agentId, password: backup.agents[agentId]?.protected ? password : undefined };
}

function gone(backupId: string): Fault {
  return new Fault('RESOURCE_NOT_FOUND', `No place of this home has the backup '${backupId}' any more.`, {
    suggestion: 'List the backups. Nothing was restored.',
    context: { backup_id: backupId },
  });
}

/**
 * How the restore went, once the manager is done with it: known only after a restart that was one. `undefined` when it tells of none.
 * @throws Fault SERVICE_CALL_FAILED when the home says that it failed
 */
async function ending(context: JobContext): Promise<string | undefined> {
  await using watch = await watchBackups(context);
  const { last_action_event: event }: BackupInfo = await watch.untilIdle();
  if (event?.manager_state !== 'restore_backup') return undefined;
  if (event.state !== 'failed') return event.state ?? undefined;
  throw new Fault(
    'SERVICE_CALL_FAILED',
    `Home Assistant could not restore the backup: ${event.reason ?? 'no reason given'}`,
    {
      suggestion: [
        'Look with ha_get_overview at how the home stands: part of it may have been restored.',
        "The backup made before it is in ha_manage_backup, scope snapshot, action 'list'.",
      ],
      context: { reason: event.reason ?? null },
    },
  );
}

function explained(error: unknown): unknown {
  if (!(error instanceof Fault)) return error;
  if (error.code === 'AUTH_INVALID_TOKEN') {
    return new Fault('AUTH_INVALID_TOKEN', "The home came back after the restore and refuses the hub's token.", {
      suggestion: 'The backup knows another token: make a new one in Home Assistant, then: hub homes set NAME --token',
      cause: error,
    });
  }
  if (!/cannot restart|not valid|database upgrade/i.test(error.message)) return error;
  return new Fault(error.code, `${error.message} The restore is noted at the home and happens when it next restarts.`, {
    suggestion: 'Mend what is in the way and restart Home Assistant to have it restored now.',
    context: error.context,
    cause: error,
  });
}

function notSeen(): Fault {
  return new Fault('TIMEOUT_OPERATION', 'Home Assistant took the restore and was not seen to have ended it.', {
    suggestion: 'Look with ha_get_overview in a few minutes. Do not restore again before you know.',
    outcomeUnknown: true,
  });
}
