import { Fault } from '@hub/core/fault.ts';
import { checkConfig } from '@hub/ha/config-check.ts';
import { restartHome, runningBackup } from '@hub/ha/core-control.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { successShape } from '../shared/parameters.ts';
import { requireAdmin } from '../shared/require-admin.ts';

/** A call ends after 120 s; by then it must have said what it knows. */
const ANSWER_MS = 105_000;

export const tool = defineTool({
  name: 'ha_restart',
  title: 'Restart Home Assistant',
  docs: 'Restarts Home Assistant once its configuration was checked, and waits until it runs again, up to 100 s. Nothing works meanwhile: ask the person first, then pass confirm. Only for new integrations or files that need it; to read edited YAML again use ha_reload_core.',
  tags: ['System'],
  scope: 'home',
  effect: 'system',
  input: z.strictObject({ confirm: z.boolean().default(false).describe('true: the person agreed') }),
  output: z.strictObject({
    ...successShape,
    message: z.string(),
    restarted: z.boolean(),
    duration_seconds: z.number(),
    partial: z.literal(true).optional(),
  }),
  items: () => [{ kind: 'core', id: 'restart' }],
  async run({ confirm }, context) {
    const startedMs = performance.now();
    if (!confirm) {
      throw new Fault('VALIDATION_INVALID_PARAMETER', '`confirm` must be true to restart Home Assistant.', {
        suggestion: 'Ask the person whether now is a good time; then repeat the call with confirm true.',
        context: { parameter: 'confirm', value: false },
      });
    }
    await requireAdmin(context, 'A restart');
    const noted = await checkBefore(context);
    context.progress(1, 3, 'the configuration is valid; restarting');
    const leftMs = ANSWER_MS - (performance.now() - startedMs);
    const { isBack } = await restartHome(context.home, { deadlineMs: leftMs, signal: context.signal });
    if (isBack) context.progress(3, 3, 'it runs again');
    const seconds = Math.round((performance.now() - startedMs) / 100) / 10;
    const unsure =
      'It has not been seen running again yet. Do not restart it again: look with ha_get_overview in a minute.';
    const warnings = isBack ? noted : [...noted, unsure];
    return {
      success: true as const,
      message: isBack
        ? `Home Assistant restarted and runs again after ${seconds} s.`
        : `Home Assistant took the restart ${seconds} s ago and is not back yet.`,
      restarted: isBack,
      duration_seconds: seconds,
      ...(isBack ? {} : { partial: true as const }),
      ...(warnings.length > 0 ? { warnings: [...warnings] } : {}),
    };
  },
});

/** What is worth telling of the configuration. @throws Fault CONFIG_INVALID; RESOURCE_LOCKED while a backup runs, which a restart would spoil */
async function checkBefore({ home, signal }: ToolContext): Promise<readonly string[]> {
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
