import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from './log.ts';

/** What stops first to what stops last. Within a phase the step added last runs first, as with nested opening and closing. */
export const PHASES = ['accept', 'inflight', 'streams', 'links', 'queue', 'database', 'telemetry'] as const;

export type Phase = (typeof PHASES)[number];

interface Step {
  readonly phase: Phase;
  readonly name: string;
  readonly run: () => void | Promise<void>;
  readonly timeoutMs: number;
}

export interface Shutdown {
  /** Adds a step. One that fails or outlives `timeoutMs` is reported and the next one runs all the same. */
  onStop(phase: Phase, name: string, run: () => void | Promise<void>, timeoutMs: number): void;
  /** Aborted as soon as stopping begins: for loops and waits. */
  readonly signal: AbortSignal;
  /** True from the signal that asks to stop, while all is still served: balancers are to send nothing new. */
  readonly isLeaving: boolean;
  /** Runs every step once, however often it is asked. True when each ended in time and without an error. */
  stop(reason: string): Promise<boolean>;
  /** Stops on SIGTERM, SIGINT or the loss of the launcher, then exits: 0 after a clean stop, else 1. */
  listen(): void;
}

/** A Ctrl-C reaches the whole process group and is passed on by the launcher as well: one wish, two signals. */
const SAME_WISH_MS = 1_000;

async function runStep(step: Step, log: Log): Promise<boolean> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`still running after ${step.timeoutMs} ms`)), step.timeoutMs);
  try {
    await Promise.race([step.run(), late]);
    return true;
  } catch (error) {
    log.error({ err: error, phase: step.phase, step: step.name }, 'a step of the shutdown failed');
    return false;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The one place that decides in which order a process lets go of what it holds. Asked by a signal, it first serves on for
 * `drainMs`, so that balancers that no longer find it ready stop choosing it before it stops listening.
 */
export function createShutdown(log: Log, drainMs = 0): Shutdown {
  const steps: Step[] = [];
  const stopping = new AbortController();
  let stopped: Promise<boolean> | undefined;
  let isLeaving = false;

  const runAll = async (): Promise<boolean> => {
    let clean = true;
    for (const phase of PHASES) {
      for (const step of steps.filter((one) => one.phase === phase).reverse()) {
        clean = (await runStep(step, log)) && clean;
      }
    }
    return clean;
  };
  const stop = (reason: string): Promise<boolean> => {
    if (stopped === undefined) {
      log.info({ reason }, 'stopping');
      stopped = Promise.resolve().then(runAll);
      isLeaving = true;
      stopping.abort();
    }
    return stopped;
  };
  const drainAndStop = async (reason: string): Promise<boolean> => {
    isLeaving = true;
    if (drainMs > 0) {
      log.info({ reason, drainMs }, 'leaving: no longer ready, serving on meanwhile');
      await delay(drainMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
    return stop(reason);
  };
  return {
    onStop: (phase, name, run, timeoutMs) => void steps.push({ phase, name, run, timeoutMs }),
    signal: stopping.signal,
    get isLeaving() {
      return isLeaving;
    },
    stop,
    listen: () => listen(drainAndStop, log),
  };
}

function listen(stop: Shutdown['stop'], log: Log): void {
  let firstAt: number | undefined;
  const onSignal = (reason: string) => {
    if (firstAt === undefined) {
      firstAt = performance.now();
      void stop(reason).then((clean) => process.exit(clean ? 0 : 1));
    } else if (performance.now() - firstAt > SAME_WISH_MS) {
      log.warn({ reason }, 'asked again while stopping: leaving at once');
      process.exit(1);
    }
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  // Losing the launcher is a reason to stop, never one to hurry.
  process.once('disconnect', () => firstAt ?? onSignal('the launcher is gone'));
}
