import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import { type EndedJob, lateAnswer, type ToolContext } from '../define.ts';
import { type StillRunning, startAndFollow } from '../shared/follow-job.ts';

/** A client gives up after a minute or two; most backups without a cloud are done by then. */
const FOLLOW_MS = 60_000;
/** As the job takes it. */
const MAX_NAME = 100;

const resultShape = z.looseObject({
  backup_id: z.string(),
  name: z.string(),
  date: z.string(),
  size_bytes: z.number(),
  failed_agent_ids: z.array(z.string()).optional(),
});

/**
 * Starts a backup as a job and follows it for a minute. Asked again with the same name while it runs, it is the same backup.
 * @throws Fault as the job failed; `outcomeUnknown` when nobody can tell
 */
export async function createSnapshot(context: ToolContext, given: string | undefined) {
  const name = given?.trim() || undefined;
  if (name !== undefined && name.length > MAX_NAME) {
    throw new Fault('VALIDATION_INVALID_PARAMETER', `\`name\`: longer than ${MAX_NAME} characters.`, {
      suggestion: 'Shorten it.',
      context: { parameter: 'name' },
    });
  }
  const args = name === undefined ? {} : { name };
  return answerOf(
    await startAndFollow(context, 'backup.create', args, {
      dedupKey: `backup.create:${name ?? ''}`,
      told: {},
      waitMs: FOLLOW_MS,
    }),
  );
}

/** A job in the words of an answer. */
export function answerOf(job: EndedJob | StillRunning) {
  return 'jobId' in job ? created.answer(job) : { ...job };
}

export const created = lateAnswer({
  told: z.object({}),
  answer({ jobId, result: given }: EndedJob) {
    const result = resultShape.parse(given);
    const failed = result.failed_agent_ids ?? [];
    return {
      success: true as const,
      ...result,
      status: 'completed',
      job_id: jobId,
      note: 'The backup is stored at the home.',
      ...(failed.length > 0 ? { warnings: [`These places did not take it: ${failed.join(', ')}.`] } : {}),
    };
  },
});
