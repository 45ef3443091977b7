import { counted } from '@hub/core/counted.ts';
import { pause } from '@hub/core/pause.ts';
import { z } from 'zod';
import { defineJob, type JobContext } from '../define.ts';
import type { Looks } from '../tenant-records.ts';

const HOUR_MS = 3_600_000;
/** Each read is over all homes of the tenant: soon at first, as a few homes are looked at in seconds. */
const LOOK_AGAIN_MS = { first: 1_000, most: 5_000 };
const NAMED = 100;

const sweepArgs = z.strictObject({
  homeIds: z.array(z.uuid()).optional().describe('all homes of the tenant unless told'),
  patienceS: z.number().int().min(1).default(600).describe('without any further look, before the rest is given up'),
});

const marked = z.object({ since: z.coerce.date() });

/**
 * Looks at homes now. The looks are those that hubs make by the clock: this makes the homes due and follows in the table until each
 * was looked at since, found running or away.
 */
export const job = defineJob({
  kind: 'health.sweep',
  title: 'Look at homes now',
  isWatch: true,
  isExclusive: false,
  args: sweepArgs,
  deadlineMs: 6 * HOUR_MS,
  async run({ homeIds, patienceS }, context: JobContext) {
    const { records, step } = context;
    const { since } = marked.parse(
      await step('ask', {
        marker: async () => ({ since: (await records.now()).toISOString() }),
        async act(marker) {
          await records.askForLooks({ ...marked.parse(marker), homeIds }, false);
          return marker;
        },
        // A home that is due twice is looked at once, or once too often.
        observe: async () => ({ is: 'not_done' }),
      }),
    );
    await follow(context, { since, homeIds }, patienceS * 1_000);
    return await summary(context, { since, homeIds });
  },
});

/** Until each home was looked at, or none was for too long. */
async function follow({ records, signal, progress }: JobContext, asked: Looks, patienceMs: number): Promise<void> {
  let seen = -1;
  let seenAtMs = performance.now();
  for (let waitMs = LOOK_AGAIN_MS.first; ; waitMs = Math.min(waitMs + LOOK_AGAIN_MS.first, LOOK_AGAIN_MS.most)) {
    const { total, looked } = await records.countLooks(asked);
    if (looked !== seen) {
      [seen, seenAtMs] = [looked, performance.now()];
      await progress(looked, total, `${looked} of ${counted(total, 'home')} looked at`);
    }
    if (looked >= total || performance.now() - seenAtMs > patienceMs) return;
    await pause(waitMs, signal);
    signal.throwIfAborted();
    await records.askForLooks(asked, true);
  }
}

async function summary({ records }: JobContext, asked: Looks) {
  const missed = await records.listMissed(asked);
  const away = missed.filter(({ isLooked }) => isLooked).map(({ slug, state }) => ({ home: slug, state }));
  const notLooked = missed.filter(({ isLooked }) => !isLooked).map(({ slug }) => slug);
  const { looked, running } = await records.countLooks(asked);
  return {
    ...{ looked_at: looked, running, away: away.length, not_looked_at: notLooked.length },
    ...(away.length > 0 && { homes_away: away.slice(0, NAMED) }),
    ...(notLooked.length > 0 && { homes_not_looked_at: notLooked.slice(0, NAMED) }),
  };
}
