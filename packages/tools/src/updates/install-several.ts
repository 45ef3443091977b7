import { createHash } from 'node:crypto';
import type { Update } from '@hub/ha/updates.ts';
import { homeAfterShape } from '@hub/jobs/health/compare.ts';
import type { BackupWish } from '@hub/jobs/update/back-up-before.ts';
import { z } from 'zod';
import type { ToolContext } from '../define.ts';
import { startAndFollow } from '../shared/follow-job.ts';
import { failed, goesOn, installedRow, type Result, unknown } from './result.ts';

const outcomeShape = z.looseObject({
  backup: z.looseObject({ backup_id: z.string() }).optional(),
  results: z.array(
    z.looseObject({
      entity_id: z.string(),
      status: z.enum(['installed', 'failed', 'unknown']),
      health: homeAfterShape.optional(),
      error: z.object({ code: z.string(), message: z.string() }).optional(),
    }),
  ),
});

/**
 * Installs updates by one job, after one backup of the home for all of them; what became of each. @throws Fault as the job failed:
 * where the backup did, nothing was installed
 */
export async function installSeveral(
  context: ToolContext,
  updates: readonly Update[],
  backupFirst: BackupWish,
): Promise<(update: Update) => Result> {
  const entityIds = updates.map(({ entityId }) => entityId).toSorted();
  const args = { entityIds, backupFirst };
  // A key is an index entry, and the ids of many updates are too long for one.
  const digest = createHash('sha256').update(JSON.stringify(args)).digest('hex');
  const answer = await startAndFollow(context, 'update.install-several', args, {
    dedupKey: `update.install-several:${digest}`,
  });
  if ('note' in answer) return (update) => goesOn(update, answer);
  const { backup, results } = outcomeShape.parse(answer.result);
  return (update) => {
    const row = results.find(({ entity_id: id }) => id === update.entityId);
    if (row?.status === 'installed') return installedRow(update, row.health, backup?.backup_id);
    const { code, message } = row?.error ?? { code: 'SERVICE_CALL_FAILED', message: 'Its job does not tell of it.' };
    const backedUp = backup ? { backup_id: backup.backup_id } : {};
    if (row?.status === 'failed') return { ...failed(update.entityId, code, message), ...backedUp };
    return { ...unknown(update, { code, message }, answer.jobId), ...backedUp };
  };
}
