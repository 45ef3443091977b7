import { Fault } from '@hub/core/fault.ts';
import { callService } from '@hub/ha/services.ts';
import { type Update, updateOf } from '@hub/ha/updates.ts';
import { waitForState } from '@hub/ha/wait-for.ts';
import { z } from 'zod';
import { type EndedJob, lateAnswer, type ToolContext } from '../define.ts';
import { startAndFollow } from '../shared/follow-job.ts';
import type { Chosen, WriteAction } from './choose.ts';

const PROOF_MS = 10_000;
const NO_BACKUP = 'It makes no backup of its own first; ha_manage_backup makes one.';

export const resultShape = z.strictObject({
  entity_id: z.string(),
  success: z.boolean(),
  status: z.enum(['installed', 'in_progress', 'unknown', 'skipped', 'cleared', 'failed']),
  installed_version: z.string().nullable().optional(),
  latest_version: z.string().nullable().optional(),
  job_id: z.string().optional(),
  progress_percent: z.number().nullable().optional(),
  warning: z.string().optional(),
  error: z.strictObject({ code: z.string(), message: z.string() }).optional(),
});

type Result = z.infer<typeof resultShape>;

/** Does one thing to all, each by itself: one that fails does not keep the others from it. */
export async function apply(
  context: ToolContext,
  action: WriteAction,
  { updates, missing }: Chosen,
  withBackup: boolean,
) {
  context.progress(0, updates.length, `${action}: ${updates.length} updates`);
  let done = 0;
  // Of several at once no job is the whole answer.
  const told = (update: Update) => (updates.length === 1 ? toldOf(update, withBackup, missing) : undefined);
  const acted = updates.map(async (update) => {
    const result = await one(context, action, update, withBackup, told(update));
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
  if (open.length === 0)
    return results.some(({ success }) => success)
      ? 'All that succeeded was seen to be done.'
      : 'Nothing was changed; each result says why.';
  return `${open.length} not seen to end yet. They go on without you: ask with ha_get_job and the job_id, or look with action get; do not install again meanwhile.`;
}

async function one(
  context: ToolContext,
  action: WriteAction,
  update: Update,
  withBackup: boolean,
  told: Told | undefined,
): Promise<Result> {
  try {
    return action === 'install'
      ? await install(context, update, withBackup, told)
      : await mark(context, action, update);
  } catch (error) {
    if (!(error instanceof Fault) || error.code === 'CANCELLED') throw error;
    return notDone(update, error);
  }
}

async function install(
  context: ToolContext,
  update: Update,
  withBackup: boolean,
  told: Told | undefined,
): Promise<Result> {
  const { entityId, canBackUp, installedVersion, latestVersion } = update;
  const refusal = whyNot(update);
  if (refusal !== undefined) return failed(entityId, 'SERVICE_CALL_FAILED', refusal);
  const args = { entityId, withBackup: withBackup && canBackUp };
  const dedupKey = `update.install:${entityId}`;
  const answer = await startAndFollow(context, 'update.install', args, { dedupKey, told });
  const isRunning = 'note' in answer;
  return {
    entity_id: entityId,
    success: true,
    status: isRunning ? 'in_progress' : 'installed',
    installed_version: isRunning ? installedVersion : latestVersion,
    latest_version: latestVersion,
    ...(isRunning ? { job_id: answer.job_id, progress_percent: answer.progress_percent } : {}),
    ...(withBackup && !canBackUp ? { warning: NO_BACKUP } : {}),
  };
}

const toldShape = z.object({
  update: z.object({
    entityId: z.string(),
    installedVersion: z.string().nullable(),
    latestVersion: z.string().nullable(),
  }),
  warning: z.string().optional(),
  missing: z.array(z.string()),
});
type Told = z.output<typeof toldShape>;

function toldOf(update: Update, withBackup: boolean, missing: readonly string[]): Told {
  const { entityId, installedVersion, latestVersion, canBackUp } = update;
  return {
    update: { entityId, installedVersion, latestVersion },
    ...(withBackup && !canBackUp ? { warning: NO_BACKUP } : {}),
    missing: [...missing],
  };
}

export const installed = lateAnswer({
  told: toldShape,
  answer(_ended: EndedJob, { update: { entityId, latestVersion }, warning, missing }: Told) {
    const versions = { installed_version: latestVersion, latest_version: latestVersion };
    const warned = warning === undefined ? {} : { warning };
    const result = { entity_id: entityId, success: true, status: 'installed' as const, ...versions, ...warned };
    return summary('install', [result], missing);
  },
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
