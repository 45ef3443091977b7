import { Fault } from '@hub/core/fault.ts';
import type { Database } from '@hub/db/database.ts';
import { tenantTrx } from '@hub/db/doors.ts';
import { finishJob, type GivenBack, handBackJob, retryJob } from '@hub/db/job-claims.ts';
import type { JobRecord } from '@hub/db/job-record.ts';
import { type Claim, findOpenStep } from '@hub/db/job-steps.ts';
import type { CallEnd, NamedCall } from '@hub/jobs/call-end.ts';
import { type Job, type JobContext, needsHome } from '@hub/jobs/define.ts';
import type { Log } from '@hub/runtime/log.ts';
import { continueTrace, SpanKind, SpanStatusCode } from '@hub/runtime/spans.ts';
import { keptTraceId } from '@hub/runtime/tail-sampling.ts';
import { Interruption, type InterruptionReason, interruptionOf } from './interruption.ts';
import { createJobContext } from './job-context.ts';
import { keepLease } from './lease.ts';
import { judgeError, type Outcome } from './outcome.ts';
import { isTransient } from './transient.ts';
import { settleWithin, tryUntil } from './waiting.ts';

export interface RunSurroundings {
  readonly db: Database;
  readonly log: Log;
  readonly leaseMs: number;
  /** Aborted once this process is about to go down: no further step begins. */
  readonly leaving?: AbortSignal;
  /** The home a job is for; the runner leaves it open. @throws Fault HOME_NOT_FOUND */
  openHome(
    homeId: string,
    tenantId: string,
    caller: { readonly jobId: string; readonly attempt: number },
  ): Promise<JobContext['home']>;
  /** The hub's store of backups, for one home; left out where it has none. */
  shelfOf?(homeId: string, tenantId: string): JobContext['shelf'];
  /** Asked at every claim: may this job still be run for whoever asked for it? @throws Fault when not */
  admit?(job: JobRecord): Promise<void>;
  /** Runs a tool for a job; undefined where there is no gate. @throws Fault as the call failed */
  call?(job: JobRecord, call: JobCall): Promise<Record<string, unknown>>;
  /** What became of such a call whose answer was lost; undefined where there is no gate. @throws Fault STORAGE_UNAVAILABLE */
  endOf?(job: JobRecord, call: NamedCall & { readonly signal: AbortSignal }): Promise<CallEnd>;
  /** The row was written. */
  onChange(jobId: string): void;
  /** It was claimed for the first time, that long after it was due. */
  onStart(kind: string, delayMs: number): void;
  /** An attempt is over; the trace id when it can be looked at. */
  onAttempt(kind: string, durationMs: number, traceId: string | undefined): void;
  onEnd(kind: string, outcome: 'done' | 'failed' | 'cancelled' | 'unknown'): void;
}

/** What a job asks of the gate. */
export interface JobCall {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly homeId: string | undefined;
  /** Made beforehand; a new one unless told. */
  readonly callId: string | undefined;
  readonly signal: AbortSignal;
}

export interface ClaimedJob {
  readonly job: JobRecord;
  readonly claim: Claim;
  readonly claimedAtMs: number;
}

/** Milliseconds a job has to let go once its signal is aborted; afterwards it can write nothing any more. */
const LET_GO_MS = 5_000;
const READY_MS = 30_000;

/** Runs a claimed job once and stores what came of it. Never throws. */
export async function runClaim(
  around: RunSurroundings,
  definition: Job,
  claimed: ClaimedJob,
  controller: AbortController,
): Promise<void> {
  const { job } = claimed;
  // Nobody waits for upkeep: it says nothing of how soon work begins.
  const isFirst = job.attempt === 1 && !definition.isUpkeep;
  if (isFirst && job.startedAt) around.onStart(job.kind, job.startedAt.getTime() - job.runAt.getTime());
  const attributes = {
    'hub.job.id': job.id,
    'hub.job.kind': job.kind,
    'hub.job.attempt': job.attempt,
    'hub.tenant.id': job.tenantId,
    ...(job.homeId !== undefined && { 'hub.home.id': job.homeId }),
  };
  const facts = { kind: SpanKind.CONSUMER, attributes };
  const span = await continueTrace(`run ${job.kind}`, facts, job.traceparent, async (span) => {
    const outcome = await runAndStore(around, definition, claimed, controller);
    span.setAttribute('hub.job.outcome', outcome);
    if (outcome !== 'done' && outcome !== 'hand_back') span.setStatus({ code: SpanStatusCode.ERROR, message: outcome });
    return span;
  });
  around.onAttempt(job.kind, performance.now() - claimed.claimedAtMs, keptTraceId(span));
}

/** What came of it, `not_stored` when that could not be written. */
async function runAndStore(
  around: RunSurroundings,
  definition: Job,
  claimed: ClaimedJob,
  controller: AbortController,
): Promise<Outcome['is'] | 'not_stored'> {
  const interrupt = (reason: InterruptionReason): void => controller.abort(new Interruption(reason));
  using _lease = keepLease({ ...around, ...claimed, interrupt });
  try {
    const end = await attempt(around, definition, claimed, controller);
    // The database may be away for a moment; once the lease is over, the next claim learns from the steps.
    const outcome = await tryUntil(around.leaseMs, isTransient, () =>
      settle(around, { ...claimed, definition }, controller.signal, end),
    );
    tell(around, claimed, outcome);
    return outcome.is;
  } catch (error) {
    around.log.error({ err: error, jobId: claimed.job.id }, 'the end of a job could not be stored');
    return 'not_stored';
  }
}

type End = { readonly result: unknown } | { readonly error: unknown };

async function attempt(
  around: RunSurroundings,
  definition: Job,
  { job, claim }: ClaimedJob,
  controller: AbortController,
): Promise<End> {
  const { signal } = controller;
  const deadline = setTimeout(() => controller.abort(new Interruption('deadline')), definition.deadlineMs);
  async function run(): Promise<unknown> {
    if (!definition.isUpkeep) await around.admit?.(job);
    const homeAt = async (homeId: string) => {
      const home = await around.openHome(homeId, job.tenantId, claim);
      await home.ready({ signal, deadlineMs: READY_MS });
      return home;
    };
    const context = createJobContext({
      db: around.db,
      claim,
      home: await ownHome(definition, job, homeAt),
      homeAt,
      call(tool, args, homeId, callId) {
        if (!around.call) throw new Error(`${job.kind} runs where there is no gate`);
        return around.call(job, { tool, args, homeId, callId, signal });
      },
      endOf(call) {
        if (!around.endOf) throw new Error(`${job.kind} runs where there is no gate`);
        return around.endOf(job, { ...call, signal });
      },
      signal,
      leaving: around.leaving,
      shelf: job.homeId === undefined ? undefined : around.shelfOf?.(job.homeId, job.tenantId),
      readyMs: READY_MS,
      onLost: () => controller.abort(new Interruption('lease_lost')),
      onProgress: () => around.onChange(job.id),
    });
    return definition.run(definition.args.parse(job.args), context);
  }
  try {
    return { result: await settleWithin(run(), signal, LET_GO_MS) };
  } catch (error) {
    if (!(error instanceof Fault || error instanceof Interruption) && !signal.aborted) {
      around.log.error({ err: error, jobId: job.id, kind: job.kind }, 'a job stopped on an error of our own');
    }
    return { error };
  } finally {
    clearTimeout(deadline);
  }
}

async function ownHome(
  definition: Job,
  { id, homeId }: JobRecord,
  homeAt: JobContext['homeAt'],
): Promise<JobContext['home'] | undefined> {
  if (!needsHome(definition)) return undefined;
  if (homeId === undefined) throw new Fault('HOME_REQUIRED', `the job ${id} names no home`);
  return homeAt(homeId);
}

/** Stores the end of an attempt. A result counts even when it came after the job was told to end. */
async function settle(
  around: RunSurroundings,
  { job, claim, definition }: Omit<ClaimedJob, 'claimedAtMs'> & { readonly definition: Job },
  signal: AbortSignal,
  end: End,
): Promise<Outcome> {
  const outcome =
    'result' in end
      ? ({ is: 'done', result: end.result } as const)
      : judgeError(end.error, {
          jobId: job.id,
          attempt: job.attempt,
          maxAttempts: job.maxAttempts,
          openStep: await tenantTrx(around.db, job.tenantId, (trx) => findOpenStep(trx, job.tenantId, job.id)),
          interruption: interruptionOf(signal) ?? (end.error instanceof Interruption ? end.error.reason : undefined),
        });
  try {
    return await store(around.db, claim, outcome, definition.isUpkeep ?? false);
  } catch (error) {
    if (isTransient(error) || outcome.is !== 'done') throw error;
    // A result that cannot be kept would else be made again by every further attempt.
    around.log.error({ err: error, jobId: job.id, kind: job.kind }, 'the result of a job could not be stored');
    return settle(around, { job, claim, definition }, signal, { error });
  }
}

/** What became of the row: a job that was to go back to the queue may have been cancelled meanwhile. */
async function store(db: Database, claim: Claim, outcome: Outcome, isUpkeep: boolean): Promise<Outcome> {
  const orLost = (isHeld: boolean): Outcome => (isHeld ? outcome : { is: 'lost' });
  const orEnded = (given: GivenBack): Outcome => (given.is === 'queued' ? outcome : given);
  switch (outcome.is) {
    case 'done':
      return orLost(await finishJob(db, claim, { state: 'done', result: outcome.result, isUpkeep }));
    case 'failed':
    case 'cancelled':
    case 'unknown':
      return orLost(await finishJob(db, claim, { state: outcome.is, error: outcome.error }));
    case 'retry':
      return orEnded(await retryJob(db, claim, outcome.afterMs, outcome.error));
    case 'hand_back':
      return orEnded(await handBackJob(db, claim));
    case 'lost':
      return outcome;
  }
}

function tell(around: RunSurroundings, { job }: ClaimedJob, outcome: Outcome): void {
  around.onChange(job.id);
  const facts = { jobId: job.id, kind: job.kind, homeId: job.homeId, attempt: job.attempt, outcome: outcome.is };
  if (outcome.is === 'lost') around.log.warn(facts, 'another runner has the job');
  else around.log.info(facts, 'an attempt at a job ended');
  if (outcome.is === 'done' || outcome.is === 'failed' || outcome.is === 'cancelled' || outcome.is === 'unknown') {
    around.onEnd(job.kind, outcome.is);
  }
}
