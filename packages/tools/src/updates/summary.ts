import type { WriteAction } from './choose.ts';
import { failed, type Result } from './result.ts';

const WORSE = 'The home is worse than before: tell the person what health says.';

/** One answer of what became of each. */
export function summary(action: WriteAction, acted: readonly Result[], missing: readonly string[]) {
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
