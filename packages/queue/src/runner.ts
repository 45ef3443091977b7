import { claimJob, expireLeases, isCancelRequested } from '@hub/db/job-claims.ts';
import { readPulse } from '@hub/db/recovery.ts';
import type { Job } from '@hub/jobs/define.ts';
import { outsideTraces } from '@hub/runtime/spans.ts';
import { Interruption, type InterruptionReason } from './interruption.ts';
import { type ClaimedJob, type RunSurroundings, runClaim } from './run-claim.ts';

export interface RunnerOptions extends RunSurroundings {
  readonly jobs: ReadonlyMap<string, Job>;
  readonly workerId: string;
  /** Jobs run at once by this process, beside upkeep and watches; 0 = none of the others. */
  readonly concurrency: number;
  /** Kinds that nobody waits for, also those that other processes run. */
  readonly patient: readonly string[];
  /** Jobs were taken from processes that fell silent. */
  onTakeover(count: number): void;
}

/** Claims and runs jobs in this process. */
export interface Runner {
  /** Look at the table: claims until nothing is left or all hands are busy. Never throws. */
  hint(): void;
  /** Takes back the jobs of runners that fell silent, then looks at the table. */
  sweep(): Promise<void>;
  /** Ends a job that runs here if its row says that somebody asked for it. Never throws: the next beat of its lease sees it as well. */
  lookForCancel(jobId: string): Promise<void>;
  /** Claims nothing more and begins no further step; waits `withinMs` for the acts under way, and hands the rest back to the queue. */
  stop(withinMs: number): Promise<void>;
}

interface Running {
  readonly jobId: string;
  readonly controller: AbortController;
  readonly ended: Promise<void>;
  readonly hands: Hands;
}

/** What a job is run by. homes: of one home · fleet: over many · upkeep and watch: ask no home. */
type Hands = 'homes' | 'fleet' | 'upkeep' | 'watch';

/** In one process, beside its `concurrency`. A watch reads the table now and then, so several cost little. */
const AT_ONCE = { upkeep: 1, watch: 4 } as const;

export function createRunner(options: RunnerOptions): Runner {
  const definitions = [...options.jobs.values()];
  const kinds = Map.groupBy(definitions, handsOf);
  const kindsOf = (hands: Hands) => (kinds.get(hands) ?? []).map(({ kind }) => kind);
  const [ofHomes, ofMany, ofUpkeep, ofWatch] = [
    kindsOf('homes'),
    kindsOf('fleet'),
    kindsOf('upkeep'),
    kindsOf('watch'),
  ];
  const isMixed = ofHomes.length > 0 && ofMany.length > 0;
  /** One hand alone gets a second beside it, for work over many homes and nothing else. */
  const atOnce = isMixed && options.concurrency === 1 ? 2 : options.concurrency;
  const manyAtOnce = isMixed ? Math.floor(atOnce / 2) : atOnce;
  /** An attempt that lost its job may still be letting go while the next one runs here. */
  const running = new Set<Running>();
  const leaving = new AbortController();
  const around = { ...options, leaving: leaving.signal };
  let isStopping = false;
  let claiming: Promise<void> | undefined;
  let isHinted = false;
  let highestBeat = 0;

  async function claimAll(): Promise<void> {
    for (let wanted = claimable(); !isStopping && wanted.length > 0; wanted = claimable()) {
      isHinted = false;
      const claimedAtMs = performance.now();
      const claimed = await claimJob(options.db, {
        worker: options.workerId,
        kinds: wanted,
        leaseMs: options.leaseMs,
        patient: options.patient,
        sinceBeat: highestBeat,
      });
      if (claimed) begin({ ...claimed, claimedAtMs });
      else if (!isHinted) return;
    }
  }

  /**
   * Kinds that a hand is free for. Work over many homes waits for jobs of single homes: it never holds so many hands that those
   * could not run. Upkeep has a hand of its own, and so have watches.
   */
  function claimable(): readonly string[] {
    const busy = (wanted: Hands) => [...running].filter(({ hands }) => hands === wanted).length;
    const [homes, many] = [busy('homes'), busy('fleet')];
    const hasHand = homes + many < atOnce;
    return [
      ...(hasHand && homes < options.concurrency ? ofHomes : []),
      ...(hasHand && many < manyAtOnce ? ofMany : []),
      ...(busy('upkeep') < AT_ONCE.upkeep ? ofUpkeep : []),
      ...(busy('watch') < AT_ONCE.watch ? ofWatch : []),
    ];
  }

  function begin(claimed: ClaimedJob): void {
    const { job } = claimed;
    const definition = options.jobs.get(job.kind);
    if (!definition) throw new Error(`claimed a job of the unknown kind ${job.kind}`);
    const controller = new AbortController();
    const ended = runClaim(around, definition, claimed, controller).finally(() => {
      running.delete(one);
      hint();
    });
    const one: Running = { jobId: job.id, controller, ended, hands: handsOf(definition) };
    running.add(one);
    options.onChange(job.id);
  }

  function hint(): void {
    isHinted = true;
    if (isStopping || claiming || definitions.length === 0) return;
    // Whoever hints may be in the middle of a call; what is claimed has traces of its own.
    claiming = outsideTraces(claimAll)
      .catch((error: unknown) => options.log.warn({ err: error }, 'jobs could not be claimed; the next look follows'))
      .finally(() => {
        claiming = undefined;
        if (isHinted && claimable().length > 0) hint();
      });
  }

  /** A database that was put back under this process is behind, until hubs notice and somebody confirms it. */
  async function followBeat(): Promise<void> {
    const { beat, isRecovering } = await readPulse(options.db);
    if (beat < highestBeat && !isRecovering) return;
    highestBeat = beat;
  }

  function interrupt(reason: InterruptionReason, whose: (one: Running) => boolean): void {
    for (const one of running) if (whose(one)) one.controller.abort(new Interruption(reason));
  }

  return {
    hint,
    async sweep() {
      await followBeat();
      const taken = await expireLeases(options.db);
      if (taken.length > 0) options.onTakeover(taken.length);
      for (const jobId of taken) options.onChange(jobId);
      hint();
    },
    async lookForCancel(jobId) {
      const isIt = (one: Running) => one.jobId === jobId;
      if (![...running].some(isIt)) return;
      if (await isCancelRequested(options.db, jobId).catch(() => false)) interrupt('cancelled', isIt);
    },
    async stop(withinMs) {
      isStopping = true;
      leaving.abort(new Interruption('stopping'));
      await claiming;
      const timer = setTimeout(() => interrupt('stopping', () => true), withinMs);
      await Promise.all([...running].map(({ ended }) => ended));
      clearTimeout(timer);
    },
  };
}

function handsOf({ isFleet, isUpkeep, isWatch }: Job): Hands {
  if (isUpkeep) return 'upkeep';
  if (isWatch) return 'watch';
  return isFleet ? 'fleet' : 'homes';
}
