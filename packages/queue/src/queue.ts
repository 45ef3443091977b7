import { Fault } from '@hub/core/fault.ts';
import type { Database, Trx } from '@hub/db/database.ts';
import { tenantTrx } from '@hub/db/doors.ts';
import { readBacklog, readJobStamps, requeueRunning } from '@hub/db/job-claims.ts';
import type { JobRecord } from '@hub/db/job-record.ts';
import { enqueueJob, getJob, type JobFilter, listJobs, type NewJob, requestCancel } from '@hub/db/jobs.ts';
import type { Job } from '@hub/jobs/define.ts';
import { type Bus, createMemoryBus } from '@hub/runtime/bus.ts';
import type { Log } from '@hub/runtime/log.ts';
import type { Metrics } from '@hub/runtime/metrics.ts';
import { currentTraceparent, inSpan, SpanKind } from '@hub/runtime/spans.ts';
import { z } from 'zod';
import { createFollowers } from './followers.ts';
import { createLocalHint, type Hint } from './hint.ts';
import type { RunSurroundings } from './run-claim.ts';
import { createRunner } from './runner.ts';

export interface QueueOptions
  extends Pick<RunSurroundings, 'db' | 'openHome' | 'shelfOf' | 'call' | 'endOf' | 'admit'> {
  /** The registry: every kind of job there is. */
  readonly jobs: readonly Job[];
  readonly log: Log;
  /** Names this process in the rows it holds; new at every start. */
  readonly workerId: string;
  /** Jobs run at once by this process, beside one of upkeep and a few watches; 0 = this process only stores and follows all others. */
  readonly concurrency: number;
  /** No other process runs jobs on this database, so what is "running" at the start was left behind by a crash. */
  readonly isAlone: boolean;
  readonly metrics?: Pick<
    Metrics,
    'queueJobs' | 'queueJobAge' | 'jobStartDelay' | 'jobDuration' | 'jobsFinished' | 'jobTakeovers' | 'onScrape'
  >;
  /** Tells the processes that run jobs to look at the table; this one alone unless told. */
  readonly hint?: Hint;
  /** Carries what becomes of jobs between processes, sooner than the sweep would see it. */
  readonly bus?: Bus;
  /** Milliseconds a job stays with a process that fell silent; 15,000 unless told. */
  readonly leaseMs?: number;
  /** Milliseconds between looks at the table without a hint; 1,000 unless told. */
  readonly sweepMs?: number;
  /**
   * Which of the kinds this process runs: those of one home; those over many (which need `call`), upkeep and watches; or all. One that runs
   * none of single homes takes no hints away from the others.
   */
  readonly runs?: 'all' | 'homes' | 'fleet';
}

export type Enqueue = Omit<NewJob, 'isExclusive' | 'traceparent'>;

export interface Queue {
  /**
   * Stores a job; the same `dedupKey` while one is unfinished gives that one. With a transaction of the caller the row
   * is part of it, and the caller gives the `hint` after its commit.
   * @throws Fault VALIDATION_FAILED | RESOURCE_NOT_FOUND (no such kind) | STORAGE_UNAVAILABLE
   */
  enqueue(job: Enqueue, trx?: Trx): Promise<{ readonly job: JobRecord; readonly isNew: boolean }>;
  /** Look at the table now. */
  hint(): void;
  get(tenantId: string, jobId: string): Promise<JobRecord | undefined>;
  /** Newest first. */
  list(tenantId: string, filter?: JobFilter): Promise<readonly JobRecord[]>;
  /** Ends a queued job now and asks a running one to end; a finished one stays as it is. Undefined when there is none. */
  cancel(tenantId: string, jobId: string): Promise<JobRecord | undefined>;
  /**
   * Resolves when the job ended or after `waitMs`, with the job as it then is; `onProgress` sees each change.
   * Undefined when there is no such job. @throws Fault STORAGE_UNAVAILABLE; the signal's reason
   */
  follow(tenantId: string, jobId: string, waitMs: number, options?: FollowOptions): Promise<JobRecord | undefined>;
  /** Takes back what a crash left behind (alone), then claims and sweeps until `stop`. */
  start(): Promise<void>;
  /**
   * Claims nothing more; lets acts under way end within `withinMs`, begins no other, and hands what is left back, where another start goes on with them.
   * A job that does not let go holds this up for 5 s more at most. Stop it before the links to homes are closed.
   */
  stop(withinMs: number): Promise<void>;
}

export interface FollowOptions {
  readonly onProgress?: ((job: JobRecord) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Topics; the message is the job's id. */
const CHANGED = 'job.changed';
const CANCELLED = 'job.cancelled';

/** The jobs of the installation: stores them, runs them in this process, follows them wherever they run. */
export function createQueue(options: QueueOptions): Queue {
  const { db, log, metrics, runs = 'all', hint = createLocalHint(), bus = createMemoryBus() } = options;
  const kinds = new Map(options.jobs.map((job) => [job.kind, job]));
  const followers = createFollowers();
  const stamps = new Map<string, string>();
  const patient = options.jobs.filter(({ isUpkeep }) => isUpkeep).map(({ kind }) => kind);
  const runner = createRunner({
    db,
    log,
    jobs: new Map([...kinds].filter(([, job]) => runs === 'all' || (runs === 'homes') !== isOfHubs(job))),
    workerId: options.workerId,
    concurrency: options.concurrency,
    patient,
    leaseMs: options.leaseMs ?? 15_000,
    openHome: options.openHome,
    ...(options.shelfOf && { shelfOf: options.shelfOf }),
    ...(options.admit && { admit: options.admit }),
    ...(options.call && { call: options.call }),
    ...(options.endOf && { endOf: options.endOf }),
    onChange(jobId) {
      followers.wake(jobId);
      bus.publish(CHANGED, jobId);
    },
    onStart: (kind, delayMs) => metrics?.jobStartDelay.observe({ job_kind: kind }, delayMs / 1_000),
    onAttempt: (kind, durationMs, traceId) =>
      metrics?.jobDuration.observe({ job_kind: kind }, durationMs / 1_000, traceId),
    onEnd: (kind, outcome) => metrics?.jobsFinished.inc({ job_kind: kind, outcome }),
    onTakeover: (count) => metrics?.jobTakeovers.inc({}, count),
  });
  const isRunning = options.concurrency > 0;
  /** What hubs alone run is begun here at once: the hints reach workers. */
  const giveHint = (): void => {
    hint.give();
    if (runs === 'fleet') runner.hint();
  };
  if (isRunning && runs !== 'fleet') hint.onHint(runner.hint);
  const unsubscribe = [
    bus.subscribe(CHANGED, (jobId) => followers.wake(String(jobId))),
    bus.subscribe(CANCELLED, (jobId) => void runner.lookForCancel(String(jobId))),
  ];
  let timer: NodeJS.Timeout | undefined;

  /** Jobs followed here may run elsewhere: whoever waits for one that was written looks again. */
  async function wakeFollowers(): Promise<void> {
    const ids = followers.ids();
    for (const id of stamps.keys()) if (!ids.includes(id)) stamps.delete(id);
    for (const [id, stamp] of await readJobStamps(db, ids)) {
      if (stamps.get(id) !== stamp) followers.wake(id);
      stamps.set(id, stamp);
    }
  }

  const sweep = oneAtATime(async () => {
    await runner.sweep();
    await wakeFollowers();
  }, log);

  const queue: Queue = {
    async enqueue(job, trx) {
      const fitting = checked(kinds, job);
      const stored = await inSpan(`enqueue ${job.kind}`, { kind: SpanKind.PRODUCER }, () =>
        tenantTrx(trx ?? db, job.tenantId, (inside) =>
          enqueueJob(inside, { ...fitting, traceparent: currentTraceparent() }),
        ),
      );
      if (!trx) giveHint();
      return stored;
    },
    hint: giveHint,
    get: (tenantId, jobId) => tenantTrx(db, tenantId, (trx) => getJob(trx, tenantId, jobId)),
    list: (tenantId, filter) => tenantTrx(db, tenantId, (trx) => listJobs(trx, tenantId, filter)),
    async cancel(tenantId, jobId) {
      const job = await tenantTrx(db, tenantId, (trx) => requestCancel(trx, tenantId, jobId));
      if (job?.state === 'running') bus.publish(CANCELLED, jobId);
      followers.wake(jobId);
      bus.publish(CHANGED, jobId);
      return job;
    },
    async follow(tenantId, jobId, waitMs, { onProgress, signal } = {}) {
      using seat = followers.add(jobId);
      const endMs = performance.now() + waitMs;
      for (;;) {
        const job = await queue.get(tenantId, jobId);
        if (!job || job.finishedAt) return job;
        onProgress?.(job);
        if (!(await seat.next(endMs - performance.now(), signal))) return queue.get(tenantId, jobId);
      }
    },
    async start() {
      if (options.isAlone) {
        const taken = await requeueRunning(db);
        if (taken.length > 0) log.info({ jobs: taken.length }, 'took back jobs that a crash left behind');
        metrics?.jobTakeovers.inc({}, taken.length);
      }
      timer = setInterval(sweep, options.sweepMs ?? 1_000);
      timer.unref();
      runner.hint();
    },
    async stop(withinMs) {
      clearInterval(timer);
      await hint.close();
      await runner.stop(withinMs);
      for (const end of unsubscribe) end();
    },
  };
  // A database that is away must not take the other metrics with it.
  metrics?.onScrape(() =>
    fillGauges(db, metrics, patient).catch((err: unknown) => log.debug({ err }, 'jobs not counted')),
  );
  return queue;
}

function checked(kinds: ReadonlyMap<string, Job>, job: Enqueue): NewJob {
  const definition = kinds.get(job.kind);
  if (!definition) {
    throw new Fault('RESOURCE_NOT_FOUND', `there is no job of the kind '${job.kind}'`, {
      suggestion: `use one of: ${[...kinds.keys()].join(', ')}`,
    });
  }
  const args = definition.args.safeParse(job.args);
  if (!args.success) {
    throw new Fault('VALIDATION_FAILED', `the arguments do not fit ${job.kind}: ${z.prettifyError(args.error)}`, {
      suggestion: 'correct the arguments, then start the job again',
    });
  }
  return { ...job, args: args.data, isExclusive: definition.isExclusive };
}

/** What workers leave to hubs: it needs the gate, or nothing but the database. */
function isOfHubs({ isFleet, isUpkeep, isWatch }: Job): boolean {
  return isFleet === true || isUpkeep === true || isWatch === true;
}

async function fillGauges(
  db: Database,
  metrics: Pick<Metrics, 'queueJobs' | 'queueJobAge'>,
  patient: readonly string[],
): Promise<void> {
  const backlog = new Map((await readBacklog(db, patient)).map((row) => [row.state, row]));
  for (const state of ['queued', 'running', 'later'] as const) {
    metrics.queueJobs.set({ state }, backlog.get(state)?.count ?? 0);
  }
  metrics.queueJobAge.set({}, backlog.get('queued')?.claimableS ?? 0);
}

/** Runs `work` unless it still runs; a failure is logged when it begins and not each second again. */
function oneAtATime(work: () => Promise<void>, log: Log): () => void {
  let isBusy = false;
  let isFailing = false;
  return () => {
    if (isBusy) return;
    isBusy = true;
    work()
      .then(() => {
        if (isFailing) log.info('the table of jobs can be read again');
        isFailing = false;
      })
      .catch((error: unknown) => {
        if (!isFailing) log.warn({ err: error }, 'the table of jobs could not be read');
        isFailing = true;
      })
      .finally(() => {
        isBusy = false;
      });
  };
}
