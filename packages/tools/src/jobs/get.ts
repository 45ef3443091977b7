import { homeAfterShape } from '@hub/jobs/health/compare.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { count, successShape } from '../shared/parameters.ts';
import { healthWarning } from '../shared/with-health.ts';
import { jobNotFound } from './job-not-found.ts';
import { jobRow, jobShape } from './job-row.ts';

export const tool = defineTool({
  name: 'ha_get_job',
  title: 'Get Job',
  docs: 'Tells how far a job is that an earlier call handed out as job_id (an update, an app, a backup, a restart), and once it ended, its result or error. With wait_seconds it waits for the end that long, which is better than asking again and again. Status unknown: the home could not tell whether it happened, so look there.',
  tags: ['System'],
  scope: 'connector',
  effect: 'read',
  idempotent: true,
  input: z.strictObject({ job_id: z.string(), wait_seconds: count(0, 50).default(0) }),
  output: z.strictObject({ ...successShape, ...jobShape, note: z.string().optional() }),
  async run({ job_id: id, wait_seconds: waitS }, { jobs, homes, progress }) {
    const known = await jobs.get(id.trim());
    if (!known) throw jobNotFound(id);
    const job =
      waitS > 0 && !known.finishedAt
        ? await jobs.follow(known.id, waitS * 1_000, ({ progress: at }) => {
            if (at) progress(at.done, at.total, at.message);
          })
        : known;
    const note = job.beginsAt ? NOT_DUE : noteOf[job.state];
    const warnings = warningsOf(job.result);
    return {
      success: true as const,
      ...jobRow(job, await homes.list()),
      ...(note === undefined ? {} : { note }),
      ...(warnings.length > 0 ? { warnings } : {}),
    };
  },
});

const healthShape = z.looseObject({ health: homeAfterShape });
const severalShape = z.looseObject({ results: z.array(z.unknown()) });

/** What updates did to their home is said in words, however they were asked for. */
function warningsOf(result: unknown): string[] {
  const several = severalShape.safeParse(result);
  return [result, ...(several.data?.results ?? [])].flatMap((one) => {
    const told = healthShape.safeParse(one);
    return told.success ? healthWarning(told.data.health) : [];
  });
}

const NOT_DUE = 'It is not due yet and begins at begins_at. ha_cancel_job calls it off.';

const noteOf: Readonly<Record<string, string | undefined>> = {
  queued: 'It waits for its turn: one such job runs at a home at a time. Ask again with wait_seconds.',
  running: 'It goes on. Ask again with wait_seconds; do not start it a second time.',
  unknown: 'Nobody could tell whether it happened. Look at the home before starting it again.',
};
