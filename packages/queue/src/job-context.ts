import type { Database } from '@hub/db/database.ts';
import { tenantTrx } from '@hub/db/doors.ts';
import { writeProgress } from '@hub/db/job-claims.ts';
import { type Claim, readStep, saveStepMarker, saveStepResult } from '@hub/db/job-steps.ts';
import type { JobContext } from '@hub/jobs/define.ts';
import { Interruption } from './interruption.ts';
import { runStep, type StepStore } from './run-step.ts';
import { storedRecords } from './stored-records.ts';
import { isTransient } from './transient.ts';

export interface ContextOptions {
  readonly db: Database;
  readonly claim: Claim;
  /** Undefined for work over many homes, upkeep and watches. */
  readonly home: JobContext['home'] | undefined;
  homeAt: JobContext['homeAt'];
  call: JobContext['call'];
  endOf: JobContext['endOf'];
  readonly signal: AbortSignal;
  readonly leaving: AbortSignal | undefined;
  readonly shelf: JobContext['shelf'];
  /** Milliseconds a step waits for its home to answer again. */
  readonly readyMs: number;
  /** Another attempt has the job. */
  onLost(): void;
  onProgress(): void;
}

/** What a running job sees. */
export function createJobContext(options: ContextOptions): JobContext {
  const { claim, home, signal, leaving, readyMs, shelf, homeAt, call, endOf } = options;
  const store = storedSteps(options);
  return {
    jobId: claim.jobId,
    attempt: claim.attempt,
    get home() {
      if (!home) throw new Error('this job has no home of its own');
      return home;
    },
    homeAt,
    call,
    endOf,
    signal,
    shelf,
    records: storedRecords(options.db, claim.tenantId),
    async progress(done, total, message) {
      try {
        held(options, await writeProgress(options.db, claim, { done, total, message }));
        options.onProgress();
      } catch (error) {
        // Progress is for the eye: a database away for a moment is no reason to end the work.
        if (!isTransient(error)) throw error;
      }
    },
    step: (name, step) =>
      runStep({ store, signal, leaving, ready: async () => home?.ready({ signal, deadlineMs: readyMs }) }, name, step),
  };
}

function storedSteps(options: ContextOptions): StepStore {
  const { db, claim } = options;
  return {
    read: (name) => tenantTrx(db, claim.tenantId, (trx) => readStep(trx, claim, name)),
    async open(name, marker) {
      held(options, await tenantTrx(db, claim.tenantId, (trx) => saveStepMarker(trx, claim, name, marker)));
    },
    async close(name, state, result) {
      held(options, await tenantTrx(db, claim.tenantId, (trx) => saveStepResult(trx, claim, name, state, result)));
    },
  };
}

function held(options: ContextOptions, isHeld: boolean): void {
  if (isHeld) return;
  options.onLost();
  throw new Interruption('lease_lost');
}
