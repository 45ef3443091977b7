import type { Home } from '@hub/ha/home.ts';
import type { z } from 'zod';
import type { CallEnd, NamedCall } from './call-end.ts';
import type { BackupShelf } from './shelf.ts';
import type { TenantRecords } from './tenant-records.ts';

export type Observation = 'done' | 'not_done' | 'unknown';

/** One act on a home that may not be repeated blindly. */
export interface Step<T> {
  /** What was seen not to have happened can happen no more under its marker, so that the next act has one of its own. */
  readonly isMarkedAnew?: true;
  /** What tells afterwards whether the act happened (a unique backup name, a version). Stored before `act` leaves. */
  marker(): Promise<Record<string, unknown>> | Record<string, unknown>;
  act(marker: Record<string, unknown>): Promise<T>;
  /** Asked after a crash or a lost answer; `act` runs again only on `not_done`. */
  observe(marker: Record<string, unknown>): Promise<{ readonly is: Observation; readonly result?: T }>;
}

export interface JobContext {
  readonly jobId: string;
  readonly attempt: number;
  readonly home: Home;
  readonly signal: AbortSignal;
  /** A home of the tenant, ready to be asked. @throws Fault HOME_NOT_FOUND | CONNECTION_FAILED */
  homeAt(homeId: string): Promise<Home>;
  /**
   * Runs a tool as whoever started this job, through the gate with all its checks as they are now. Only for jobs that say
   * `isFleet`, which run where the gate is. With a `callId` made beforehand, `endOf` tells what became of it when its answer is lost.
   * @throws Fault as the call failed; with UNNAMED_ONLY in its context when nothing was sent, as the home's replica keeps no such id
   */
  call(
    tool: string,
    args: Readonly<Record<string, unknown>>,
    homeId?: string,
    callId?: string,
  ): Promise<Record<string, unknown>>;
  /**
   * What became of a call of this job whose answer was lost; waits for it while it may be under way, two minutes at most.
   * @throws Fault STORAGE_UNAVAILABLE
   */
  endOf(call: NamedCall): Promise<CallEnd>;
  /** Undefined where the hub has no store for backups (BACKUP_STORE). */
  readonly shelf: BackupShelf | undefined;
  /** What the hub itself keeps of the tenant. */
  readonly records: TenantRecords;
  progress(done: number, total: number | undefined, message: string): Promise<void>;
  /** The step's result, from this attempt or an earlier one. @throws Fault with `outcomeUnknown` when nobody can tell. */
  step<T>(name: string, step: Step<T>): Promise<T>;
}

export interface Job<A = unknown, R = unknown> {
  readonly kind: string;
  readonly title: string;
  /** Runs also while its home is away or was removed, and asks nothing of it. */
  readonly isHomeless?: true;
  /** Work over many homes: it has none of its own, and runs in hubs, where the gate is. */
  readonly isFleet?: true;
  /**
   * Upkeep of what the hub keeps of the tenant, without a home. Each hub has one hand for it beside all others, so that it waits for
   * no other work and holds up none.
   */
  readonly isUpkeep?: true;
  /**
   * Follows in the database what hubs do by themselves, and mostly waits: it asks no home and calls no tool. Each hub has a few hands
   * for it beside all others.
   */
  readonly isWatch?: true;
  /** At most one exclusive job runs per home. */
  readonly isExclusive: boolean;
  readonly args: z.ZodType<A>;
  /** Milliseconds from claim to giving up. */
  readonly deadlineMs: number;
  run(args: A, context: JobContext): Promise<R>;
}

/** Does it run over the link of its own home? */
export function needsHome({ isHomeless, isFleet, isUpkeep, isWatch }: Job): boolean {
  return !(isHomeless || isFleet || isUpkeep || isWatch);
}

/** Gives a job its types; the registry lists it as a plain `Job`. */
export function defineJob<A, R>(job: Job<A, R>): Job<A, R> {
  return job;
}
