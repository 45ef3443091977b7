import { type RawBuilder, sql } from 'kysely';
import type { Database, Trx } from './database.ts';
import { tenantTrx } from './doors.ts';
import { type JobError, lostError } from './job-errors.ts';
import { type JobProgress, type JobRecord, type JobRow, jobTables, toJobRecord } from './job-record.ts';
import { type Claim, findOpenStep } from './job-steps.ts';
import { cancelFollowed, endCancelled } from './jobs.ts';
import { jsonText } from './json-text.ts';
import { systemTrx } from './system-door.ts';

const UNIQUE_VIOLATION = '23505';

export interface ClaimWish {
  readonly worker: string;
  readonly kinds: readonly string[];
  readonly leaseMs: number;
  /** Kinds that nobody waits for: a tenant they were run for was not served by that. */
  readonly patient?: readonly string[];
  /** The highest beat of the database this process knows of: one that is behind it was put back. */
  readonly sinceBeat?: number;
}

/**
 * Takes the next due job of these kinds: highest priority, then the tenant that was served longest ago, so that the many jobs of
 * one hold up no other, then longest due; one exclusive job per home.
 * Undefined when there is nothing to do, or nothing may be done before somebody looked at a database that was put back.
 */
export async function claimJob(db: Database, want: ClaimWish): Promise<{ job: JobRecord; claim: Claim } | undefined> {
  for (;;) {
    try {
      const row = await systemTrx(db, (trx) => takeNext(trx, want));
      if (!row) return undefined;
      const job = toJobRecord(row);
      return { job, claim: { tenantId: job.tenantId, jobId: job.id, worker: want.worker, attempt: job.attempt } };
    } catch (error) {
      // Another runner took an exclusive job of the same home between our look and our write: look again.
      if (!isUniqueViolation(error)) throw error;
    }
  }
}

/** Of the tenants that have jobs in the queue: one look at the index for each, and none at the million jobs that are done. */
const lastServed = (patient: readonly string[]) => sql<{ tenant_id: string; at: Date | null }>`(
  with served as materialized (
    select tenant_id, (
      select max(started_at) from job earlier
      where earlier.tenant_id = waiting.tenant_id and started_at is not null
        and kind <> all(${patient}::text[])
    ) as at
    from (select distinct tenant_id from job where state = 'queued') waiting
  )
  select tenant_id, at from served)`;

async function takeNext(trx: Trx, want: ClaimWish): Promise<JobRow | undefined> {
  const next = jobTables(trx)
    .selectFrom('job as candidate')
    .innerJoin(lastServed(want.patient ?? []).as('served'), (join) =>
      join.onRef('served.tenant_id', '=', 'candidate.tenant_id'),
    )
    .select('candidate.id')
    .where('candidate.state', '=', 'queued')
    .where('candidate.run_at', '<=', sql<Date>`now()`)
    .where('candidate.kind', 'in', want.kinds)
    // What a database that was put back calls queued may have run since.
    .where((is) =>
      is.not(
        is.exists(
          is
            .selectFrom('installation')
            .select('installation.id')
            .where((at) => at.or([at('recovering_since', 'is not', null), at('beat', '<', want.sinceBeat ?? 0)])),
        ),
      ),
    )
    .where((is) =>
      is.or([
        is('candidate.is_exclusive', '=', false),
        is.not(
          is.exists(
            is
              .selectFrom('job as other')
              .select('other.id')
              .whereRef('other.home_id', '=', 'candidate.home_id')
              .where('other.state', '=', 'running')
              .where('other.is_exclusive', '=', true),
          ),
        ),
      ]),
    )
    .orderBy('candidate.priority', 'desc')
    .orderBy('served.at', (order) => order.asc().nullsFirst())
    .orderBy('candidate.run_at')
    .limit(1)
    .forUpdate('candidate')
    .skipLocked();
  return jobTables(trx)
    .updateTable('job')
    .set({
      state: 'running',
      worker: want.worker,
      attempt: sql<number>`attempt + 1`,
      lease_until: inMs(want.leaseMs),
      started_at: sql<Date>`coalesce(started_at, now())`,
      updated_at: sql<Date>`now()`,
    })
    .where('id', '=', next)
    .returningAll()
    .executeTakeFirst();
}

/** Renews the lease. `lost` when another attempt has the job or it is gone. */
export async function heartbeat(
  db: Database,
  claim: Claim,
  leaseMs: number,
): Promise<'held' | 'cancel_requested' | 'lost'> {
  const row = await tenantTrx(db, claim.tenantId, (trx) =>
    held(trx, claim)
      .set({ lease_until: inMs(leaseMs) })
      .returning('cancel_requested')
      .executeTakeFirst(),
  );
  if (!row) return 'lost';
  return row.cancel_requested ? 'cancel_requested' : 'held';
}

/** False when another attempt has the job. */
export async function writeProgress(db: Database, claim: Claim, progress: JobProgress): Promise<boolean> {
  const written = await tenantTrx(db, claim.tenantId, (trx) =>
    held(trx, claim)
      .set({ progress: jsonText(progress), updated_at: sql<Date>`now()` })
      .executeTakeFirst(),
  );
  return written.numUpdatedRows === 1n;
}

/**
 * Ends the job. False when another attempt has it: then nothing was written. Upkeep is done each hour: of what the system began
 * and is done, only the last of its kind stays.
 */
export async function finishJob(
  db: Database,
  claim: Claim,
  end:
    | { readonly state: 'done'; readonly result: unknown; readonly isUpkeep?: boolean }
    | { readonly state: 'failed' | 'cancelled' | 'unknown'; readonly error: JobError },
): Promise<boolean> {
  return tenantTrx(db, claim.tenantId, async (trx) => {
    const ended = await held(trx, claim)
      .set({
        ...released,
        state: end.state,
        result: end.state === 'done' ? jsonText(end.result) : null,
        error: end.state === 'done' ? null : jsonText(end.error),
        finished_at: sql<Date>`now()`,
      })
      .returning('kind')
      .executeTakeFirst();
    if (!ended) return false;
    if (end.state === 'cancelled') await cancelFollowed(trx, claim.tenantId, claim.jobId);
    if (end.state === 'done' && end.isUpkeep) await dropEarlier(trx, claim, ended.kind);
    return true;
  });
}

async function dropEarlier(trx: Trx, { tenantId, jobId }: Claim, kind: string): Promise<void> {
  await jobTables(trx)
    .deleteFrom('job')
    .where('tenant_id', '=', tenantId)
    .where('home_id', 'is', null)
    .where('kind', '=', kind)
    .where('id', '<', jobId)
    .where('state', '=', 'done')
    .where('actor_kind', '=', 'system')
    // Whoever follows one that just ended is to see its end.
    .where('finished_at', '<', sql<Date>`now() - interval '1 minute'`)
    .execute();
}

/** lost: another attempt has it, and nothing was written · cancelled: somebody asked for its end meanwhile, and it has ended. */
export type GivenBack =
  | { readonly is: 'queued' }
  | { readonly is: 'lost' }
  | { readonly is: 'cancelled'; readonly error: JobError };

/** Back to the queue after a passing trouble; the open step, if any, is observed at the next claim. */
export function retryJob(db: Database, claim: Claim, afterMs: number, error: JobError): Promise<GivenBack> {
  return giveBack(db, claim, (job) => job.set({ run_at: inMs(afterMs), error: jsonText(error) }));
}

/** Back to the queue because this process goes down; the attempt does not count against the job. */
export function handBackJob(db: Database, claim: Claim): Promise<GivenBack> {
  return giveBack(db, claim, (job) =>
    job.set({ run_at: sql<Date>`now()`, max_attempts: sql<number>`max_attempts + 1` }),
  );
}

async function giveBack(
  db: Database,
  claim: Claim,
  queued: (job: ReturnType<typeof held>) => ReturnType<typeof held>,
): Promise<GivenBack> {
  return tenantTrx(db, claim.tenantId, async (trx) => {
    // Written first, so that a cancel that comes at the same time finds it either running or queued.
    const row = await queued(held(trx, claim).set({ ...released, state: 'queued' }))
      .returning('cancel_requested')
      .executeTakeFirst();
    if (!row) return { is: 'lost' };
    if (!row.cancel_requested) return { is: 'queued' };
    return { is: 'cancelled', error: await endCancelled(trx, claim.tenantId, claim.jobId) };
  });
}

/** Takes every job whose runner fell silent. Queued again while attempts are left; the next claim observes open steps. */
export async function expireLeases(db: Database): Promise<readonly string[]> {
  return systemTrx(db, async (trx) => {
    const rows = await running(trx).where('lease_until', '<', sql<Date>`now()`).execute();
    for (const row of rows) await endLostAttempt(trx, row);
    return rows.map((row) => row.id);
  });
}

/** The same for all running jobs at once: at the start of the only process that runs jobs, nobody else can hold one. */
export async function requeueRunning(db: Database): Promise<readonly string[]> {
  return systemTrx(db, async (trx) => {
    const rows = await running(trx).execute();
    for (const row of rows) await endLostAttempt(trx, row);
    return rows.map((row) => row.id);
  });
}

/** When each of these jobs was last written, as text: equal means unchanged. */
export async function readJobStamps(db: Database, jobIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (jobIds.length === 0) return new Map();
  const rows = await systemTrx(db, (trx) =>
    jobTables(trx)
      .selectFrom('job')
      .select(['id', sql<string>`updated_at::text`.as('stamp')])
      .where('id', 'in', jobIds)
      .execute(),
  );
  return new Map(rows.map((row) => [row.id, row.stamp]));
}

/** Did somebody ask that it ends? @throws Fault STORAGE_UNAVAILABLE */
export async function isCancelRequested(db: Database, jobId: string): Promise<boolean> {
  const row = await systemTrx(db, (trx) =>
    jobTables(trx).selectFrom('job').select('cancel_requested').where('id', '=', jobId).executeTakeFirst(),
  );
  return row?.cancel_requested ?? false;
}

export interface JobBacklog {
  /** later: in the queue, and not due yet. */
  readonly state: 'queued' | 'running' | 'later';
  readonly count: number;
  /** Seconds since the oldest became due (queued) or was last written. */
  readonly oldestS: number;
  /** The same of those that nothing at their home keeps from beginning. */
  readonly claimableS: number;
}

/**
 * Unfinished jobs of the whole installation, for the gauges. By the index of each state: the finished ones are a million.
 * Nobody waits for those of the kinds named `patient`: how long they are due is not told.
 */
export async function readBacklog(db: Database, patient: readonly string[] = []): Promise<readonly JobBacklog[]> {
  const { rows } = await systemTrx(db, (trx) =>
    sql<JobBacklog>`
      select 'queued' as state, count(*) filter (where run_at <= now())::int as count, ${ageOf(sql`min(run_at)`)} as "oldestS",
        ${ageOf(sql`min(run_at) filter (where kind <> all(${patient}::text[]) and (not is_exclusive or not exists (
          select from job other where other.home_id = job.home_id and other.state = 'running' and other.is_exclusive
        )))`)} as "claimableS"
      from job where state = 'queued'
      union all
      select 'later', count(*)::int, 0, 0 from job where state = 'queued' and run_at > now()
      union all
      select 'running', count(*)::int, ${ageOf(sql`min(updated_at)`)}, 0 from job where state = 'running'
    `.execute(trx),
  );
  return rows;
}

function ageOf(since: RawBuilder<unknown>) {
  return sql<number>`greatest(0, extract(epoch from now() - ${since}))::float8`;
}

function running(trx: Trx) {
  return jobTables(trx)
    .selectFrom('job')
    .select(['id', 'tenant_id', 'attempt', 'max_attempts', 'cancel_requested'])
    .where('state', '=', 'running')
    .forUpdate()
    .skipLocked();
}

async function endLostAttempt(
  trx: Trx,
  row: Pick<JobRow, 'id' | 'tenant_id' | 'attempt' | 'max_attempts' | 'cancel_requested'>,
): Promise<void> {
  if (row.cancel_requested) return void (await endCancelled(trx, row.tenant_id, row.id));
  const openStep = await findOpenStep(trx, row.tenant_id, row.id);
  const end = {
    state: openStep === undefined ? ('failed' as const) : ('unknown' as const),
    ...{ error: jsonText(lostError(openStep)), finished_at: sql<Date>`now()` },
  };
  await jobTables(trx)
    .updateTable('job')
    .set({
      ...released,
      ...(row.attempt < row.max_attempts ? { state: 'queued' as const, run_at: sql<Date>`now()` } : end),
    })
    .where('tenant_id', '=', row.tenant_id)
    .where('id', '=', row.id)
    .execute();
}

const released = { lease_until: null, worker: null, updated_at: sql<Date>`now()` };

function held(trx: Trx, claim: Claim) {
  return jobTables(trx)
    .updateTable('job')
    .where('tenant_id', '=', claim.tenantId)
    .where('id', '=', claim.jobId)
    .where('worker', '=', claim.worker)
    .where('attempt', '=', claim.attempt)
    .where('state', '=', 'running');
}

function inMs(ms: number) {
  return sql<Date>`now() + ${ms} * interval '1 millisecond'`;
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === UNIQUE_VIOLATION;
}
