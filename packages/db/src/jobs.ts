import { createHash } from 'node:crypto';
import { canonicalJson } from '@hub/core/canonical-json.ts';
import type { Effect } from '@hub/core/effect.ts';
import { newId } from '@hub/core/ids.ts';
import { sql } from 'kysely';
import type { Actor } from './actor.ts';
import type { Trx } from './database.ts';
import { cancelledError, type JobError } from './job-errors.ts';
import { type JobCall, type JobRecord, jobTables, type StoredJobState, toJobRecord } from './job-record.ts';
import { findOpenStep, listFollowed } from './job-steps.ts';
import { jsonText } from './json-text.ts';

export interface NewJob {
  readonly tenantId: string;
  /** Undefined for work over many homes. */
  readonly homeId: string | undefined;
  readonly kind: string;
  readonly args: unknown;
  /** At most one exclusive job runs per home. */
  readonly isExclusive: boolean;
  readonly actor: Actor;
  readonly connectorId?: string | undefined;
  /** Of the call that starts it: judged again at every claim. */
  readonly effect?: Effect | undefined;
  /** The span that enqueues it, so that the work is found in the same trace. */
  readonly traceparent?: string | undefined;
  /** The call that answers with its end. */
  readonly call?: JobCall | undefined;
  /** Of the call that starts it, as the trail has it. */
  readonly callId?: string | undefined;
  /** The same key while one is unfinished gives that one; of those for later only one for the same moment with the same arguments, or one whose moment came. */
  readonly dedupKey?: string | undefined;
  /** Higher goes first; 0 unless told. */
  readonly priority?: number | undefined;
  /** Not before this moment. */
  readonly runAt?: Date | undefined;
  /** Claims that end in the middle or on a passing trouble, before the job is given up; 5 unless told. */
  readonly maxAttempts?: number | undefined;
}

export interface JobFilter {
  readonly homeId?: string | undefined;
  readonly connectorId?: string | undefined;
  readonly kind?: string | undefined;
  readonly states?: readonly StoredJobState[] | undefined;
  /** Whose arguments hold these. */
  readonly args?: Readonly<Record<string, unknown>> | undefined;
  /** Newest first; jobs older than this id. */
  readonly beforeId?: string | undefined;
  /** 50 unless told. */
  readonly limit?: number | undefined;
}

const UNFINISHED: readonly StoredJobState[] = ['queued', 'running'];

/** Between the key of a job for later and its moment: who wants one now is not put off until then. */
const FROM = ' from ';

/** Stores a job, or gives the unfinished one with the same `dedupKey`. Whoever commits gives the hint afterwards. */
export async function enqueueJob(trx: Trx, job: NewJob): Promise<{ job: JobRecord; isNew: boolean }> {
  const begun = (await findBegun(trx, job)) ?? (await findOlder(trx, job));
  if (begun) return { job: begun, isNew: false };
  // Again when the job that stood in the way ended between the two statements.
  for (;;) {
    const row = await insertJob(trx, job);
    if (row) return { job: row, isNew: true };
    const present = await findUnfinished(trx, job);
    if (present) return { job: present, isNew: false };
  }
}

async function insertJob(trx: Trx, job: NewJob): Promise<JobRecord | undefined> {
  const row = await jobTables(trx)
    .insertInto('job')
    .values({
      id: newId(),
      tenant_id: job.tenantId,
      home_id: job.homeId ?? null,
      kind: job.kind,
      dedup_key: keyOf(job),
      args: jsonText(job.args),
      is_exclusive: job.isExclusive,
      priority: job.priority ?? 0,
      actor_kind: job.actor.kind,
      actor_id: job.actor.id ?? null,
      connector_id: job.connectorId ?? null,
      effect: job.effect ?? null,
      traceparent: job.traceparent ?? null,
      ...(job.call && { call: jsonText(job.call) }),
      call_id: job.callId ?? null,
      ...(job.maxAttempts !== undefined && { max_attempts: job.maxAttempts }),
      ...(job.runAt && { run_at: job.runAt }),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();
  return row && toJobRecord(row);
}

async function findUnfinished(trx: Trx, job: NewJob): Promise<JobRecord | undefined> {
  const row = await jobTables(trx)
    .selectFrom('job')
    .selectAll()
    .where('tenant_id', '=', job.tenantId)
    .where('dedup_key', '=', keyOf(job))
    .where('state', 'in', UNFINISHED)
    .executeTakeFirst();
  return row && toJobRecord(row);
}

function keyOf({ dedupKey, runAt, args }: NewJob): string | null {
  if (dedupKey === undefined) return null;
  return runAt ? `${dedupKey}${FROM}${runAt.toISOString()} ${digestOf(args)}` : dedupKey;
}

/** What is wanted for later is told by its arguments too: nobody is there to see that another wish took its place. */
function digestOf(args: unknown): string {
  return createHash('sha256')
    .update(canonicalJson(args ?? null))
    .digest('base64url');
}

/** What an older hub stored has a key without arguments. */
async function findOlder(trx: Trx, { tenantId, dedupKey, runAt, args }: NewJob): Promise<JobRecord | undefined> {
  if (dedupKey === undefined || !runAt) return undefined;
  const row = await jobTables(trx)
    .selectFrom('job')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('dedup_key', '=', `${dedupKey}${FROM}${runAt.toISOString()}`)
    .where(sql<boolean>`args = ${jsonText(args)}::jsonb`)
    .where('state', 'in', UNFINISHED)
    .executeTakeFirst();
  return row && toJobRecord(row);
}

/** One for later whose moment came is as good as one that is wanted now. */
async function findBegun(trx: Trx, { tenantId, dedupKey, runAt }: NewJob): Promise<JobRecord | undefined> {
  if (dedupKey === undefined || runAt) return undefined;
  const row = await jobTables(trx)
    .selectFrom('job')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where(sql<boolean>`starts_with(dedup_key, ${dedupKey + FROM})`)
    .where('state', 'in', UNFINISHED)
    .where((is) => is.or([is('attempt', '>', 0), is('run_at', '<=', sql<Date>`now()`)]))
    .limit(1)
    .executeTakeFirst();
  return row && toJobRecord(row);
}

export async function getJob(trx: Trx, tenantId: string, jobId: string): Promise<JobRecord | undefined> {
  const row = await jobTables(trx)
    .selectFrom('job')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', jobId)
    .executeTakeFirst();
  return row && toJobRecord(row);
}

/** A tenant's jobs, newest first. */
export async function listJobs(trx: Trx, tenantId: string, filter: JobFilter = {}): Promise<readonly JobRecord[]> {
  let query = jobTables(trx).selectFrom('job').selectAll().where('tenant_id', '=', tenantId);
  if (filter.homeId !== undefined) query = query.where('home_id', '=', filter.homeId);
  if (filter.connectorId !== undefined) query = query.where('connector_id', '=', filter.connectorId);
  if (filter.kind !== undefined) query = query.where('kind', '=', filter.kind);
  if (filter.states !== undefined) query = query.where('state', 'in', filter.states);
  if (filter.args !== undefined) query = query.where(sql<boolean>`args @> ${jsonText(filter.args)}::jsonb`);
  if (filter.beforeId !== undefined) query = query.where('id', '<', filter.beforeId);
  const rows = await query
    .orderBy('id', 'desc')
    .limit(filter.limit ?? 50)
    .execute();
  return rows.map(toJobRecord);
}

/** When the newest job of a kind that has no home was stored. */
export async function newestOfTenant(trx: Trx, tenantId: string, kind: string): Promise<Date | undefined> {
  const row = await jobTables(trx)
    .selectFrom('job')
    .select('created_at')
    .where('tenant_id', '=', tenantId)
    .where('home_id', 'is', null)
    .where('kind', '=', kind)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.created_at;
}

/** Ends a queued job now and asks a running one to end; a finished one stays as it is. Undefined when there is none. */
export async function requestCancel(trx: Trx, tenantId: string, jobId: string): Promise<JobRecord | undefined> {
  const present = await jobTables(trx)
    .selectFrom('job')
    .select('state')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', jobId)
    .forUpdate()
    .executeTakeFirst();
  if (present?.state === 'running') await askToEnd(trx, tenantId, jobId);
  else if (present && UNFINISHED.includes(present.state)) await endCancelled(trx, tenantId, jobId);
  return getJob(trx, tenantId, jobId);
}

/** Ends what waits for a home that goes, of these kinds; what runs ends by itself. How many there were. */
export async function cancelWaiting(
  trx: Trx,
  { tenantId, homeId, kinds }: { tenantId: string; homeId: string; kinds: readonly string[] },
): Promise<number> {
  if (kinds.length === 0) return 0;
  const waiting = await jobTables(trx)
    .selectFrom('job')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('home_id', '=', homeId)
    .where('kind', 'in', kinds)
    .where('state', '=', 'queued')
    .orderBy('id')
    .forUpdate()
    .execute();
  for (const { id } of waiting) await endCancelled(trx, tenantId, id);
  return waiting.length;
}

async function askToEnd(trx: Trx, tenantId: string, jobId: string): Promise<void> {
  await jobTables(trx)
    .updateTable('job')
    .set({ cancel_requested: true, updated_at: sql<Date>`now()` })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', jobId)
    .execute();
}

/** Of a job that nobody runs any more. Gives what it says of that end. */
export async function endCancelled(trx: Trx, tenantId: string, jobId: string): Promise<JobError> {
  const error = cancelledError(await findOpenStep(trx, tenantId, jobId));
  await jobTables(trx)
    .updateTable('job')
    .set({
      state: 'cancelled',
      ...{ cancel_requested: true, lease_until: null, worker: null },
      error: jsonText(error),
      updated_at: sql<Date>`now()`,
      finished_at: sql<Date>`now()`,
    })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', jobId)
    .execute();
  await cancelFollowed(trx, tenantId, jobId);
  return error;
}

/** What a job that was cancelled began and follows ends with it: what waits now, what runs when its runner hears of it. */
export async function cancelFollowed(trx: Trx, tenantId: string, jobId: string): Promise<void> {
  for (const followed of await listFollowed(trx, tenantId, jobId)) await requestCancel(trx, tenantId, followed);
}
