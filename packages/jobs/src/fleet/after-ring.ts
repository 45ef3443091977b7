import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '@hub/core/fault.ts';
import { readVitals, type Vitals } from '@hub/ha/vitals.ts';
import type { JobContext } from '../define.ts';
import { compare } from '../health/compare.ts';
import type { FleetArgs, FleetHome } from './args.ts';
import { type HomeOutcome, isBad } from './run-at-home.ts';

const READ_MS = 30_000;

interface Soak {
  readonly until: number;
}

/** How a home does before its call, once; null where it did not answer. */
export function lookBefore(context: JobContext, { id, slug }: FleetHome): Promise<Vitals | null> {
  return context.step<Vitals | null>(`vitals ${slug}`, {
    marker: () => ({}),
    act: () =>
      vitalsAt(context, id).catch((error: unknown) => {
        context.signal.throwIfAborted();
        if (!(error instanceof Fault)) throw error;
        return null;
      }),
    observe: async () => ({ is: 'not_done' }),
  });
}

async function vitalsAt(context: JobContext, homeId: string): Promise<Vitals> {
  const home = await context.homeAt(homeId);
  return readVitals(home, { signal: context.signal, deadlineMs: READ_MS });
}

/**
 * Lets a ring be for its time, then looks at each of its homes anew: answering, and not worse than before. Why the next ring is not to
 * begin, if so.
 */
export async function afterRing(
  { soakSeconds, rings }: Pick<FleetArgs, 'soakSeconds' | 'rings'>,
  context: JobContext,
  at: number,
  outcomes: readonly HomeOutcome[],
  tell: (message: string) => Promise<void>,
): Promise<string | undefined> {
  const bad = outcomes.find(isBad);
  if (at === 0 && bad) return `the canary ${bad.home} ended as ${bad.outcome}`;
  if (at === 0 && outcomes.every(({ outcome }) => outcome === 'skipped')) {
    return 'no canary was to be written to by then';
  }
  // Stored, so that a hub that starts anew waits for what is left of it and not from the beginning.
  const { until } = await context.step<Soak>(`soak ${at}`, {
    marker: () => ({}),
    act: async () => ({ until: Date.now() + soakSeconds * 1_000 }),
    observe: async () => ({ is: 'not_done' }),
  });
  await tell(`waiting ${soakSeconds} s to see how the homes of ring ${at + 1} do`);
  await delay(Math.max(0, until - Date.now()), undefined, { signal: context.signal });
  const done = new Set(outcomes.flatMap(({ home, outcome }) => (outcome === 'done' ? [home] : [])));
  const looks = (rings[at] ?? [])
    .filter(({ slug }) => done.has(slug))
    .map(async (home) => {
      const worse = await unwell(context, home);
      return worse === undefined ? undefined : `${home.slug} is not well after it: ${worse}`;
    });
  return (await Promise.all(looks)).find((one) => one !== undefined);
}

/** undefined: it is well. */
async function unwell(context: JobContext, home: FleetHome): Promise<string | undefined> {
  const before = await lookBefore(context, home);
  try {
    const now = await vitalsAt(context, home.id);
    return before === null ? undefined : compare(before, now, null).because.join(' ') || undefined;
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof Fault)) throw error;
    return error.message;
  }
}
