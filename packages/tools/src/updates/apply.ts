import { counted } from '@hub/core/counted.ts';
import { Fault } from '@hub/core/fault.ts';
import { callService } from '@hub/ha/services.ts';
import { type Update, updateOf } from '@hub/ha/updates.ts';
import { waitForState } from '@hub/ha/wait-for.ts';
import { homeAfterShape } from '@hub/jobs/health/compare.ts';
import { backupWishOf } from '@hub/jobs/update/back-up-before.ts';
import { z } from 'zod';
import { type EndedJob, lateAnswer, type ToolContext } from '../define.ts';
import { startAndFollow } from '../shared/follow-job.ts';
import { healthWarning } from '../shared/with-health.ts';
import type { Chosen, WriteAction } from './choose.ts';

const PROOF_MS = 10_000;
const NO_BACKUP = 'It makes no backup of its own first; ha_manage_backup makes one.';
const WORSE = 'The home is worse than before: tell the person what health says.';

export const resultShape = z.strictObject({
  entity_id: z.string(),
  success: z.boolean(),
  status: z.enum(['installed', 'in_progress', 'unknown', 'skipped', 'cleared', 'failed']),
  installed_version: z.string().nullable().optional(),
  latest_version: z.string().nullable().optional(),
  job_id: z.string().optional(),
  progress_percent: z.number().nullable().optional(),
  /** Of the home, made before it. */
  backup_id: z.string().optional(),
  health: homeAfterShape.optional(),
  warning: z.string().optional(),
  error: z.strictObject({ code: z.string(), message: z.string() }).optional(),
});

type Result = z.infer<typeof resultShape>;

/** Does one thing to all, each by itself: one that fails does not keep the others from it. */
export async function apply(
  context: ToolContext,
  action: WriteAction,
  { updates, missing }: Chosen,
  backup: boolean | undefined,
) {
  context.progress(0, updates.length, `${action}: ${counted(updates.length, 'update')}`);
  let done = 0;
  // Of several at once no job is the whole answer.
  const told = (update: Update) => (updates.length === 1 ? toldOf(update, missing) : undefined);
  const acted = updates.map(async (update) => {
    const result = await one(context, action, update, backupOf(update, backup, updates.length === 1), told(update));
    context.progress(++done, updates.length, `${update.title}: ${result.status}`);
    return result;
  });
  return summary(action, await Promise.all(acted), missing);
}

function summary(action: WriteAction, acted: readonly Result[], missing: readonly string[]) {
  const absent = missing.map((id) => failed(id, 'ENTITY_NOT_FOUND', `There is no entity ${id} in this home.`));
  const results = [...acted, ...absent];
  const failures = results.filter((result) => !result.success).length;
  const open = results.filter(({ status }) => status === 'in_progress' || status === 'unknown');
  return {
    success: results.length === 0 || failures < results.length,
    action,
    requested: results.length,
    succeeded: results.length - failures,
    failed: failures,
    results,
    note: noteOf(results, open),
    ...(open.length > 0 ? { partial: true as const } : {}),
    ...runningOf(results),
  };
}

/** The first that goes on as a job, under the names every long call uses. */
function runningOf(results: readonly Result[]) {
  const running = results.find(({ status }) => status === 'in_progress');
  return running?.job_id === undefined
    ? {}
    : { status: 'running', job_id: running.job_id, operation_id: running.job_id };
}

function noteOf(results: readonly Result[], open: readonly Result[]): string {
  if (results.length === 0) return 'There is nothing to do in these categories.';
  const worse = results.some(({ health }) => health?.verdict === 'worse') ? ` ${WORSE}` : '';
  if (open.length > 0)
    return `${open.length} not seen to end yet. They go on without you: ask with ha_get_job and the job_id, or look with action get; do not install again meanwhile.${worse}`;
  return results.some(({ success }) => success)
    ? `All that succeeded was seen to be done.${worse}`
    : 'Nothing was changed; each result says why.';
}

async function one(
  context: ToolContext,
  action: WriteAction,
  update: Update,
  wish: BackupWish,
  told: Told | undefined,
): Promise<Result> {
  try {
    return action === 'install' ? await install(context, update, wish, told) : await mark(context, action, update);
  } catch (error) {
    if (!(error instanceof Fault) || error.code === 'CANCELLED') throw error;
    return notDone(update, error);
  }
}

async function install(
  context: ToolContext,
  update: Update,
  { warning, ...wish }: BackupWish,
  told: Told | undefined,
): Promise<Result> {
  const { entityId, installedVersion, latestVersion } = update;
  const refusal = whyNot(update);
  if (refusal !== undefined) return failed(entityId, 'SERVICE_CALL_FAILED', refusal);
  const dedupKey = `update.install:${entityId}`;
  const answer = await startAndFollow(context, 'update.install', { entityId, ...wish }, { dedupKey, told });
  if (!('note' in answer)) return installedRow(answer.result, update, warning);
  return {
    entity_id: entityId,
    success: true,
    status: 'in_progress',
    installed_version: installedVersion,
    latest_version: latestVersion,
    ...{ job_id: answer.job_id, progress_percent: answer.progress_percent },
    ...(warning === undefined ? {} : { warning }),
  };
}

interface BackupWish {
  readonly backupFirst?: NonNullable<ReturnType<typeof backupWishOf>>;
  readonly withBackup?: true;
  readonly warning?: string;
}

/**
 * Which backup comes first: of the home before what all of it stands on, else, only when asked for, the update's own, or one of
 * the home for a single update without.
 */
function backupOf({ category, canBackUp }: Update, wanted: boolean | undefined, isOnly: boolean): BackupWish {
  if (wanted === false) return {};
  const backupFirst = backupWishOf(category);
  if (backupFirst) return { backupFirst };
  if (!wanted) return {};
  if (canBackUp) return { withBackup: true };
  return isOnly ? { backupFirst: 'home_assistant' } : { warning: NO_BACKUP };
}

/** What a finished job tells; one that ran in a hub of before tells less. */
const outcomeShape = z.looseObject({
  backup: z.looseObject({ backup_id: z.string() }).optional(),
  health: homeAfterShape.optional(),
});

function installedRow(
  outcome: unknown,
  { entityId, latestVersion }: Told['update'],
  warning: string | undefined,
): Result {
  const { backup, health } = outcomeShape.parse(outcome);
  const warnings = [...(warning === undefined ? [] : [warning]), ...(health ? healthWarning(health) : [])];
  return {
    ...{ entity_id: entityId, success: true, status: 'installed' },
    ...{ installed_version: latestVersion, latest_version: latestVersion },
    ...(backup ? { backup_id: backup.backup_id } : {}),
    ...(health ? { health } : {}),
    ...(warnings.length > 0 ? { warning: warnings.join(' ') } : {}),
  };
}

const toldShape = z.object({
  update: z.object({
    entityId: z.string(),
    installedVersion: z.string().nullable(),
    latestVersion: z.string().nullable(),
  }),
  missing: z.array(z.string()),
});
type Told = z.output<typeof toldShape>;

function toldOf({ entityId, installedVersion, latestVersion }: Update, missing: readonly string[]): Told {
  return { update: { entityId, installedVersion, latestVersion }, missing: [...missing] };
}

export const installed = lateAnswer({
  told: toldShape,
  answer: ({ result }: EndedJob, { update, missing }: Told) =>
    summary('install', [installedRow(result, update, undefined)], missing),
  failed: (fault: Fault, { update, missing }: Told) => summary('install', [notDone(update, fault)], missing),
});

/** A version that runs already would be taken for one just installed. */
function whyNot({ isInProgress, canInstall, installedVersion, latestVersion }: Update): string | undefined {
  if (isInProgress) return 'It is being installed already.';
  if (latestVersion === null || latestVersion === installedVersion) return 'No update is available for it.';
  return canInstall ? undefined : 'It cannot be installed from here.';
}

/** Skips the version offered now, or offers it again. */
async function mark({ home, signal }: ToolContext, action: 'skip' | 'clear_skipped', update: Update): Promise<Result> {
  const { entityId, latestVersion } = update;
  const wanted = action === 'skip' ? latestVersion : null;
  await callService(home, 'update', action, { target: { entity_id: entityId }, signal });
  const proof = await waitForState(
    home,
    entityId,
    (state) => state !== undefined && updateOf(state, undefined).skippedVersion === wanted,
    { deadlineMs: PROOF_MS, signal },
  );
  const status = action === 'skip' ? 'skipped' : 'cleared';
  return { entity_id: entityId, success: true, status: proof ? status : 'unknown', latest_version: latestVersion };
}

function notDone(update: Told['update'], fault: Fault): Result {
  return fault.outcomeUnknown ? unknown(update, fault) : failed(update.entityId, fault.code, fault.message);
}

/** The home took it, or its link broke, and nobody saw the end: no failure, and no success either. */
function unknown({ entityId, installedVersion, latestVersion }: Told['update'], fault: Fault): Result {
  const { code, message, context } = fault;
  const { job_id: jobId } = context;
  return {
    entity_id: entityId,
    success: true,
    status: 'unknown',
    installed_version: installedVersion,
    latest_version: latestVersion,
    ...(typeof jobId === 'string' ? { job_id: jobId } : {}),
    error: { code, message },
  };
}

function failed(entityId: string, code: string, message: string): Result {
  return { entity_id: entityId, success: false, status: 'failed', error: { code, message } };
}
