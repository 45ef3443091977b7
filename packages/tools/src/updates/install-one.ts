import type { Fault } from '@hub/core/fault.ts';
import type { Update } from '@hub/ha/updates.ts';
import { homeAfterShape } from '@hub/jobs/health/compare.ts';
import { backupWishOf } from '@hub/jobs/update/back-up-before.ts';
import { z } from 'zod';
import { type EndedJob, lateAnswer, type ToolContext } from '../define.ts';
import { startAndFollow } from '../shared/follow-job.ts';
import { failed, goesOn, installedRow, notDone, type Result } from './result.ts';
import { summary } from './summary.ts';

interface BackupWish {
  /** Of the home. */
  readonly backupFirst?: NonNullable<ReturnType<typeof backupWishOf>>;
  /** The update's own. */
  readonly withBackup?: true;
}

/** Which backup comes first: of the home before what all of it stands on, else, only when asked for, the update's own, or one of the home where it has none. */
export function backupOf({ category, canBackUp }: Update, wanted: boolean | undefined): BackupWish {
  if (wanted === false) return {};
  const backupFirst = backupWishOf(category);
  if (backupFirst) return { backupFirst };
  if (!wanted) return {};
  return canBackUp ? { withBackup: true } : { backupFirst: 'home_assistant' };
}

/** A version that runs already would be taken for one just installed. */
export function whyNot({ isInProgress, canInstall, installedVersion, latestVersion }: Update): string | undefined {
  if (isInProgress) return 'It is being installed already.';
  if (latestVersion === null || latestVersion === installedVersion) return 'No update is available for it.';
  return canInstall ? undefined : 'It cannot be installed from here.';
}

/** @throws Fault as its job failed */
export async function installOne(
  context: ToolContext,
  update: Update,
  wish: BackupWish,
  told: Told | undefined,
): Promise<Result> {
  const { entityId } = update;
  const refusal = whyNot(update);
  if (refusal !== undefined) return failed(entityId, 'SERVICE_CALL_FAILED', refusal);
  const dedupKey = `update.install:${entityId}`;
  const answer = await startAndFollow(context, 'update.install', { entityId, ...wish }, { dedupKey, told });
  return 'note' in answer ? goesOn(update, answer) : rowOf(answer.result, update);
}

/** What a finished job tells; one that ran in a hub of before tells less. */
const outcomeShape = z.looseObject({
  backup: z.looseObject({ backup_id: z.string() }).optional(),
  health: homeAfterShape.optional(),
});

function rowOf(outcome: unknown, update: Told['update']): Result {
  const { backup, health } = outcomeShape.parse(outcome);
  return installedRow(update, health, backup?.backup_id);
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

export function toldOf({ entityId, installedVersion, latestVersion }: Update, missing: readonly string[]): Told {
  return { update: { entityId, installedVersion, latestVersion }, missing: [...missing] };
}

export const installed = lateAnswer({
  told: toldShape,
  answer: ({ result }: EndedJob, { update, missing }: Told) => summary('install', [rowOf(result, update)], missing),
  failed: (fault: Fault, { update, missing }: Told) => summary('install', [notDone(update, fault)], missing),
});
