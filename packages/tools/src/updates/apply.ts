import { counted } from '@hub/core/counted.ts';
import { Fault } from '@hub/core/fault.ts';
import { callService } from '@hub/ha/services.ts';
import { type Update, updateOf } from '@hub/ha/updates.ts';
import { waitForState } from '@hub/ha/wait-for.ts';
import type { ToolContext } from '../define.ts';
import type { Chosen, WriteAction } from './choose.ts';
import { backupOf, installOne, toldOf, whyNot } from './install-one.ts';
import { installSeveral } from './install-several.ts';
import { notDone, type Result } from './result.ts';
import { summary } from './summary.ts';

const PROOF_MS = 10_000;

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
  const told = updates.length === 1 ? (update: Update) => toldOf(update, missing) : () => undefined;
  const together = action === 'install' ? installTogether(context, updates, backup) : undefined;
  const act = (update: Update) => {
    if (action !== 'install') return mark(context, action, update);
    return together?.get(update.entityId) ?? installOne(context, update, backupOf(update, backup), told(update));
  };
  const acted = updates.map(async (update) => {
    const result = await act(update).catch((error: unknown) => failedWith(error, update));
    context.progress(++done, updates.length, `${update.title}: ${result.status}`);
    return result;
  });
  return summary(action, await Promise.all(acted), missing);
}

/** Those before which the home is backed up share one backup, so they are installed by one job; by entity id. */
function installTogether(
  context: ToolContext,
  updates: readonly Update[],
  backup: boolean | undefined,
): ReadonlyMap<string, Promise<Result>> {
  const shared = updates.flatMap((update) => {
    const { backupFirst } = backupOf(update, backup);
    return backupFirst && whyNot(update) === undefined ? [{ update, backupFirst }] : [];
  });
  if (shared.length < 2) return new Map();
  const widest = shared.some(({ backupFirst }) => backupFirst === 'everything') ? 'everything' : 'home_assistant';
  const meant = shared.map(({ update }) => update);
  const rows = installSeveral(context, meant, widest);
  return new Map(meant.map((update) => [update.entityId, rows.then((rowOf) => rowOf(update))]));
}

function failedWith(error: unknown, update: Update): Result {
  if (!(error instanceof Fault) || error.code === 'CANCELLED') throw error;
  return notDone(update, error);
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
