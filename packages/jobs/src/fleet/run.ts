import { counted } from '@hub/core/counted.ts';
import { defineJob, type JobContext } from '../define.ts';
import { afterRing, lookBefore } from './after-ring.ts';
import { type FleetArgs, fleetArgs } from './args.ts';
import { type LeftOut, readLeftOut } from './left-out.ts';
import { type HomeOutcome, isBad, runAtHome } from './run-at-home.ts';

const DAY_MS = 86_400_000;

/**
 * One tool at many homes, ring after ring. Each home is a step: a crash loses none, and of a write that was under way is found out
 * what became of it; it is made again only when it certainly was not made. A home that fails is named; only too many of them, or a ring that is not well, end the rest.
 */
export const job = defineJob({
  kind: 'fleet.run',
  title: 'Run a tool at many homes',
  isFleet: true,
  isExclusive: false,
  args: fleetArgs,
  deadlineMs: 3 * DAY_MS,
  async run(args, context) {
    const leftOut = await readLeftOut(context);
    const outcomes: HomeOutcome[] = [];
    const total = args.rings.flat().length;
    const tell = (message: string) => context.progress(outcomes.length, total, message);
    let stopped: string | undefined;
    for (const [at, ring] of args.rings.entries()) {
      const before = outcomes.length;
      const isLast = at === args.rings.length - 1;
      const isWatched = args.isWrite && !isLast;
      if (isWatched) await Promise.all(ring.map((home) => lookBefore(context, home)));
      stopped = await runRing(args, context, ring, outcomes, tell);
      const reached = outcomes.slice(before);
      if (!stopped && isWatched) stopped = await afterRing(args, context, at, reached, tell);
      if (stopped) break;
    }
    return summary(args, leftOut, outcomes, stopped);
  },
});

/** Why the rest is not to run, if so. */
async function runRing(
  args: FleetArgs,
  context: JobContext,
  ring: FleetArgs['rings'][number],
  outcomes: HomeOutcome[],
  tell: (message: string) => Promise<void>,
): Promise<string | undefined> {
  const total = args.rings.flat().length;
  const waiting = [...ring];
  let stopped: string | undefined;
  const hand = async () => {
    for (let home = waiting.shift(); home && !stopped; home = waiting.shift()) {
      const outcome = await runAtHome(args, context, home, tell);
      outcomes.push(outcome);
      stopped ??= tooMany(args, outcomes, total);
      await tell(`${home.slug}: ${outcome.outcome}`);
    }
  };
  const hands = await Promise.allSettled(Array.from({ length: args.atOnce }, hand));
  const broken = hands.find((one) => one.status === 'rejected');
  if (broken) throw broken.reason;
  return stopped;
}

function tooMany(args: FleetArgs, outcomes: readonly HomeOutcome[], total: number): string | undefined {
  if (!args.isWrite) return undefined;
  const bad = outcomes.filter(isBad).length;
  if (bad > args.maxFailures) return `${counted(bad, 'home')} failed, more than the ${args.maxFailures} that may`;
  const percent = (100 * bad) / total;
  if (percent > args.maxFailedPercent) return `${Math.round(percent)} % of the homes failed`;
  return undefined;
}

function summary(
  { tool, rings }: FleetArgs,
  leftOut: LeftOut,
  outcomes: readonly HomeOutcome[],
  stopped: string | undefined,
) {
  const count = (wanted: HomeOutcome['outcome']) => outcomes.filter(({ outcome }) => outcome === wanted).length;
  const atTheirTurn = outcomes.filter(({ outcome }) => outcome === 'skipped');
  const skipped = [...leftOut, ...atTheirTurn.map(({ home, why, opens_at }) => ({ home, why, opens_at }))];
  const reached = new Set(outcomes.map(({ home }) => home));
  const notReached = rings.flat().flatMap(({ slug }) => (reached.has(slug) ? [] : [slug]));
  return {
    ...{ tool, done: count('done'), failed: count('failed'), unknown: count('unknown'), not_run: notReached },
    ...(stopped === undefined ? {} : { stopped }),
    ...(skipped.length === 0 ? {} : { skipped }),
    homes: outcomes.filter(({ outcome }) => outcome !== 'skipped').sort((a, b) => order(a) - order(b)),
  };
}

/** What needs somebody comes first. */
const order = ({ outcome }: HomeOutcome) => ['unknown', 'failed', 'done'].indexOf(outcome);
