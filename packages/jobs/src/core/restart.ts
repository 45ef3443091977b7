import { Fault } from '@hub/core/fault.ts';
import { hasRestartedSince, newestChange, restartHome } from '@hub/ha/core-control.ts';
import { z } from 'zod';
import { defineJob, type JobContext, type Step } from '../define.ts';

const argsShape = z.strictObject({});

export interface RestartResult {
  /** Missing when nobody watched the whole of it. */
  readonly duration_seconds?: number;
}

const markerShape = z.object({ newestMs: z.number() });

/** Slow disks and a database upgrade take their time. */
const BACK_MS = 15 * 60_000;

/** Home Assistant restarted once, and seen to run again. Whoever starts it has checked the configuration. */
export const job = defineJob<z.output<typeof argsShape>, RestartResult>({
  kind: 'core.restart',
  title: 'Restart Home Assistant',
  isExclusive: true,
  args: argsShape,
  deadlineMs: BACK_MS + 120_000,
  run: (_args, context) => context.step('restart', restartStep(context)),
});

function restartStep({ home, signal, progress }: JobContext): Step<RestartResult> {
  return {
    marker: async () => ({ newestMs: await newestChange(home, { signal }) }),
    async act(stored) {
      const { newestMs } = markerShape.parse(stored);
      await progress(1, 2, 'restarting');
      const { isBack, tookMs } = await restartHome(home, { newestMs, deadlineMs: BACK_MS, signal });
      if (!isBack) throw notSeen();
      return { duration_seconds: Math.round(tookMs / 100) / 10 };
    },
    async observe(stored) {
      const isBack = await hasRestartedSince(home, markerShape.parse(stored).newestMs, { signal });
      // Old states may also mean that it has yet to go down.
      return isBack ? { is: 'done', result: {} } : { is: 'unknown' };
    },
  };
}

function notSeen(): Fault {
  return new Fault('TIMEOUT_OPERATION', 'Home Assistant took the restart and was not seen running again.', {
    suggestion: 'Look with ha_get_overview in a minute. Do not restart it again.',
    outcomeUnknown: true,
  });
}
