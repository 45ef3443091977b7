import { Fault } from '@hub/core/fault.ts';
import { checkConfig } from '@hub/ha/config-check.ts';
import { runningBackup } from '@hub/ha/core-control.ts';
import { z } from 'zod';
import { defineTool, type EndedJob, lateAnswer, type ToolContext } from '../define.ts';
import { startAndFollow } from '../shared/follow-job.ts';
import { successShape } from '../shared/parameters.ts';
import { requireAdmin } from '../shared/require-admin.ts';

const toldShape = z.object({ warnings: z.array(z.string()) });

const restarted = lateAnswer({
  told: toldShape,
  answer({ jobId, durationS }: EndedJob, { warnings }: z.output<typeof toldShape>) {
    return {
      success: true as const,
      message: `Home Assistant restarted and runs again after ${durationS} s.`,
      restarted: true,
      duration_seconds: durationS,
      job_id: jobId,
      ...(warnings.length > 0 ? { warnings } : {}),
    };
  },
});

export const tool = defineTool({
  name: 'ha_restart',
  title: 'Restart Home Assistant',
  docs: 'Restarts Home Assistant once its configuration was checked, and waits up to 25 s until it runs again; then it goes on as a job. Nothing works meanwhile: ask the person first, then pass confirm. Only for new integrations or files that need it; to read edited YAML again use ha_reload_core.',
  tags: ['System'],
  scope: 'home',
  effect: 'system',
  input: z.strictObject({ confirm: z.boolean().default(false).describe('true: the person agreed') }),
  output: z.looseObject({
    ...successShape,
    message: z.string(),
    restarted: z.boolean(),
    duration_seconds: z.number(),
    partial: z.literal(true).optional(),
    job_id: z.string().optional(),
  }),
  items: () => [{ kind: 'core', id: 'restart' }],
  answers: { 'core.restart': restarted },
  async run({ confirm }, context) {
    if (!confirm) {
      throw new Fault('VALIDATION_INVALID_PARAMETER', '`confirm` must be true to restart Home Assistant.', {
        suggestion: 'Ask the person whether now is a good time; then repeat the call with confirm true.',
        context: { parameter: 'confirm', value: false },
      });
    }
    await requireAdmin(context, 'A restart');
    const warnings = await checkBefore(context);
    const startedMs = performance.now();
    context.progress(1, 3, 'the configuration is valid; restarting');
    const answer = await startAndFollow(context, 'core.restart', {}, { dedupKey: 'core.restart', told: { warnings } });
    if ('note' in answer) {
      const seconds = Math.round((performance.now() - startedMs) / 100) / 10;
      return {
        ...answer,
        message: `Home Assistant is restarting since ${seconds} s and is not back yet.`,
        ...{ restarted: false, duration_seconds: seconds, partial: true as const },
        ...(warnings.length > 0 ? { warnings } : {}),
      };
    }
    context.progress(3, 3, 'it runs again');
    return restarted.answer(answer, { warnings });
  },
});

/** What is worth telling of the configuration. @throws Fault CONFIG_INVALID; RESOURCE_LOCKED while a backup runs, which a restart would spoil */
async function checkBefore({ home, signal }: ToolContext): Promise<string[]> {
  const [{ result, errors, warnings }, backup] = await Promise.all([
    checkConfig(home, { signal }),
    runningBackup(home, { signal }),
  ]);
  if (result !== 'valid') {
    throw new Fault(
      'CONFIG_INVALID',
      `The configuration is not valid, so Home Assistant would not start: ${errors ?? ''}`,
      {
        suggestion: 'Correct what the message names, then restart. Nothing was restarted.',
        context: { errors: errors ?? null },
      },
    );
  }
  if (backup !== undefined) {
    throw new Fault('RESOURCE_LOCKED', `The home is busy with a backup (${backup.replaceAll('_', ' ')}).`, {
      suggestion: 'Wait until it has ended, then restart. Nothing was restarted.',
      context: { backup_state: backup },
    });
  }
  return warnings ? [warnings] : [];
}
