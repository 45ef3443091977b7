import type { Effect } from '@hub/core/effect.ts';

/** queued · running · done · failed · cancelled · unknown (an act's outcome could not be learnt). */
export const JOB_STATES = ['queued', 'running', 'done', 'failed', 'cancelled', 'unknown'] as const;

export type JobState = (typeof JOB_STATES)[number];

export interface JobView {
  readonly id: string;
  readonly kind: string;
  readonly state: JobState;
  readonly homeId: string | undefined;
  /** Of the call that started it; undefined for jobs of older code. */
  readonly effect: Effect | undefined;
  readonly progress:
    | { readonly done: number; readonly total: number | undefined; readonly message: string }
    | undefined;
  readonly result: unknown;
  /** `code` is a FaultCode. */
  readonly error:
    | { readonly code: string; readonly message: string; readonly suggestions?: readonly string[] }
    | undefined;
  /** The call that answers with its end: its tool, and what that told the job to keep for it. */
  readonly call: { readonly tool: string; readonly told: unknown } | undefined;
  readonly createdAt: Date;
  /** Of one that is to begin later, and was not begun yet. */
  readonly beginsAt?: Date | undefined;
  readonly updatedAt: Date;
  readonly finishedAt: Date | undefined;
}

export interface StartOptions {
  /** The same key while one is unfinished gives that one. */
  readonly dedupKey?: string | undefined;
  /** Kept with the job for the answer of the call that starts it (`Tool.answers`). */
  readonly told?: unknown;
}

export interface JobsPort {
  /** The row is stored before this resolves. @throws Fault STORAGE_UNAVAILABLE */
  start(kind: string, args: unknown, options?: StartOptions): Promise<JobView>;
  /** Undefined when this connector has no such job. */
  get(jobId: string): Promise<JobView | undefined>;
  /** Resolves when the job ended or after `waitMs`, whichever is first; `onProgress` sees each step. */
  follow(jobId: string, waitMs: number, onProgress?: (job: JobView) => void): Promise<JobView>;
  /** This connector's jobs, newest first: at its home, or at all of them where no home is meant. */
  list(filter?: { readonly states?: readonly JobState[]; readonly limit?: number }): Promise<readonly JobView[]>;
  /** Ends a queued job and asks a running one to end; one that ended stays as it is. Undefined when this connector has no such job. */
  cancel(jobId: string): Promise<JobView | undefined>;
}
