import type { Effect } from '@hub/core/effect.ts';
import type { ColumnType, Generated, Selectable, Transaction } from 'kysely';
import { z } from 'zod';
import type { ActorKind } from './actor.ts';
import type { Trx } from './database.ts';
import type { JobError } from './job-errors.ts';
import type { Schema } from './schema.ts';

/** jsonb: written as JSON text, because pg would turn an array into a PostgreSQL array. */
type Json = ColumnType<unknown, string, string>;
type OptionalJson = ColumnType<unknown, string | null | undefined, string | null>;
type OptionalTime = ColumnType<Date | null, Date | null | undefined, Date | null>;

export type StoredJobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled' | 'unknown';

export type JobTable = {
  readonly id: string;
  readonly tenant_id: string;
  readonly home_id: string | null;
  readonly kind: string;
  readonly dedup_key: string | null;
  readonly args: Json;
  readonly state: Generated<StoredJobState>;
  readonly is_exclusive: boolean;
  readonly priority: Generated<number>;
  readonly run_at: Generated<Date>;
  readonly attempt: Generated<number>;
  readonly max_attempts: Generated<number>;
  readonly lease_until: OptionalTime;
  readonly worker: string | null;
  readonly cancel_requested: Generated<boolean>;
  readonly progress: OptionalJson;
  readonly result: OptionalJson;
  readonly error: OptionalJson;
  readonly actor_kind: ActorKind;
  readonly actor_id: string | null;
  readonly connector_id: string | null;
  readonly effect: Effect | null;
  readonly traceparent: string | null;
  readonly call: OptionalJson;
  readonly call_id: string | null;
  readonly created_at: Generated<Date>;
  readonly updated_at: Generated<Date>;
  readonly started_at: OptionalTime;
  readonly finished_at: OptionalTime;
};

export type JobStepTable = {
  readonly job_id: string;
  readonly tenant_id: string;
  readonly name: string;
  readonly marker: Json;
  readonly state: Generated<'open' | 'done' | 'not_done'>;
  readonly result: OptionalJson;
  readonly created_at: Generated<Date>;
  readonly updated_at: Generated<Date>;
};

type JobTables = {
  job: JobTable;
  job_step: JobStepTable;
};

export type JobRow = Selectable<JobTable>;
export type JobTrx = Transaction<Schema & JobTables>;

/** The same transaction, with the tables of this aggregate in its type. */
export function jobTables(trx: Trx): JobTrx {
  return trx.withTables<JobTables>();
}

/** One job as stored. */
export interface JobRecord {
  readonly id: string;
  readonly tenantId: string;
  readonly homeId: string | undefined;
  readonly kind: string;
  readonly dedupKey: string | undefined;
  readonly args: unknown;
  readonly state: StoredJobState;
  readonly isExclusive: boolean;
  readonly priority: number;
  readonly runAt: Date;
  /** Of one that was never begun: the moment that is still to come, as it was read. */
  readonly beginsAt: Date | undefined;
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly worker: string | undefined;
  readonly isCancelRequested: boolean;
  readonly progress: JobProgress | undefined;
  readonly result: unknown;
  /** While queued: why the last attempt did not get through. */
  readonly error: JobError | undefined;
  readonly actorKind: ActorKind;
  readonly actorId: string | undefined;
  readonly connectorId: string | undefined;
  /** Of the call that started it; undefined for jobs of the operator and those of older code. */
  readonly effect: Effect | undefined;
  /** The span that enqueued it. */
  readonly traceparent: string | undefined;
  /** The call that answers with its end; undefined for jobs that no tool started, and those of older code. */
  readonly call: JobCall | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly startedAt: Date | undefined;
  readonly finishedAt: Date | undefined;
}

const progressShape = z
  .object({ done: z.number(), total: z.number().optional(), message: z.string() })
  .transform(({ done, total, message }) => ({ done, total, message }));
export type JobProgress = z.output<typeof progressShape>;

const errorShape = z.object({ code: z.string(), message: z.string(), suggestions: z.array(z.string()) });

const callShape = z.object({ tool: z.string(), told: z.unknown() });
/** `told`: what the tool needs to answer in its own words, besides the job's result. */
export type JobCall = Readonly<z.output<typeof callShape>>;

/** A row as the rest of the program sees it. */
export function toJobRecord(row: JobRow): JobRecord {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    homeId: row.home_id ?? undefined,
    kind: row.kind,
    dedupKey: row.dedup_key ?? undefined,
    args: row.args,
    state: row.state,
    isExclusive: row.is_exclusive,
    priority: row.priority,
    runAt: row.run_at,
    beginsAt: row.state === 'queued' && row.attempt === 0 && row.run_at > new Date() ? row.run_at : undefined,
    attempt: row.attempt,
    maxAttempts: row.max_attempts,
    worker: row.worker ?? undefined,
    isCancelRequested: row.cancel_requested,
    progress: row.progress === null ? undefined : progressShape.parse(row.progress),
    result: row.result ?? undefined,
    error: row.error === null ? undefined : errorShape.parse(row.error),
    actorKind: row.actor_kind,
    actorId: row.actor_id ?? undefined,
    connectorId: row.connector_id ?? undefined,
    effect: row.effect ?? undefined,
    traceparent: row.traceparent ?? undefined,
    call: row.call === null ? undefined : callShape.parse(row.call),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    startedAt: row.started_at ?? undefined,
    finishedAt: row.finished_at ?? undefined,
  };
}
