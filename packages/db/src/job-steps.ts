import { Fault } from '@hub/core/fault.ts';
import { sql } from 'kysely';
import { z } from 'zod';
import type { Database, Trx } from './database.ts';
import { tenantTrx } from './doors.ts';
import { jobTables } from './job-record.ts';
import { jsonText } from './json-text.ts';
import { isId } from './slug.ts';

/** Who may write to a job now: the runner whose attempt is the row's. An older attempt changes nothing. */
export interface Claim {
  readonly tenantId: string;
  readonly jobId: string;
  readonly worker: string;
  readonly attempt: number;
}

export interface StepRecord {
  /** open: the act may be under way · not_done: it certainly did not happen. */
  readonly state: 'open' | 'done' | 'not_done';
  readonly marker: Record<string, unknown>;
  readonly result: unknown;
}

const markerShape = z.record(z.string(), z.unknown());

export async function readStep(trx: Trx, claim: Claim, name: string): Promise<StepRecord | undefined> {
  const row = await jobTables(trx)
    .selectFrom('job_step')
    .select(['state', 'marker', 'result'])
    .where('tenant_id', '=', claim.tenantId)
    .where('job_id', '=', claim.jobId)
    .where('name', '=', name)
    .executeTakeFirst();
  return row && { state: row.state, marker: markerShape.parse(row.marker), result: row.result ?? undefined };
}

/** The step whose act may be under way at the home; undefined when all is settled. */
export async function findOpenStep(trx: Trx, tenantId: string, jobId: string): Promise<string | undefined> {
  const row = await jobTables(trx)
    .selectFrom('job_step')
    .select('name')
    .where('tenant_id', '=', tenantId)
    .where('job_id', '=', jobId)
    .where('state', '=', 'open')
    .executeTakeFirst();
  return row?.name;
}

/**
 * Unfinished jobs that this one began and follows, as its steps say (`goesOnAs`): of whoever asked for it alone, and none that
 * went on before the step and was only joined.
 */
export async function listFollowed(trx: Trx, tenantId: string, jobId: string): Promise<readonly string[]> {
  const steps = await jobTables(trx)
    .selectFrom('job_step')
    .select(sql<string>`result ->> 'goesOnAs'`.as('id'))
    .where('tenant_id', '=', tenantId)
    .where('job_id', '=', jobId)
    .where(sql<boolean>`result ->> 'goesOnAs' is not null`)
    .execute();
  const ids = steps.map(({ id }) => id).filter(isId);
  if (ids.length === 0) return [];
  const rows = await jobTables(trx)
    .selectFrom('job as followed')
    .innerJoin('job as own', 'own.connector_id', 'followed.connector_id')
    .innerJoin('job_step as step', (join) =>
      join
        .onRef('step.tenant_id', '=', 'own.tenant_id')
        .onRef('step.job_id', '=', 'own.id')
        .onRef('step.created_at', '<=', 'followed.created_at')
        .on(sql<boolean>`step.result ->> 'goesOnAs' = followed.id::text`),
    )
    .select('followed.id')
    .where('own.tenant_id', '=', tenantId)
    .where('own.id', '=', jobId)
    .where('followed.tenant_id', '=', tenantId)
    .where('followed.id', 'in', ids)
    .where('followed.finished_at', 'is', null)
    .execute();
  return rows.map(({ id }) => id);
}

/** Stores the marker and opens the step, before its act leaves. False when another attempt has the job. */
export async function saveStepMarker(
  trx: Trx,
  claim: Claim,
  name: string,
  marker: Record<string, unknown>,
): Promise<boolean> {
  if (!(await holdsJob(trx, claim))) return false;
  await jobTables(trx)
    .insertInto('job_step')
    .values({ job_id: claim.jobId, tenant_id: claim.tenantId, name, marker: jsonText(marker) })
    .onConflict((conflict) =>
      conflict.columns(['job_id', 'name']).doUpdateSet({
        marker: jsonText(marker),
        state: 'open',
        result: null,
        updated_at: sql<Date>`now()`,
      }),
    )
    .execute();
  return true;
}

/** A step that a job finds done, in the transaction that stores the job. */
export async function saveFirstStep(
  trx: Trx,
  { tenantId, jobId }: Pick<Claim, 'tenantId' | 'jobId'>,
  name: string,
  result: unknown,
): Promise<void> {
  await jobTables(trx)
    .insertInto('job_step')
    .values({
      ...{ job_id: jobId, tenant_id: tenantId, name },
      ...{ marker: jsonText({}), state: 'done', result: jsonText(result) },
    })
    .execute();
}

/** Settles a step. False when another attempt has the job. */
export async function saveStepResult(
  trx: Trx,
  claim: Claim,
  name: string,
  state: 'done' | 'not_done',
  result: unknown,
): Promise<boolean> {
  if (!(await holdsJob(trx, claim))) return false;
  await jobTables(trx)
    .updateTable('job_step')
    .set({ state, result: result === undefined ? null : jsonText(result), updated_at: sql<Date>`now()` })
    .where('tenant_id', '=', claim.tenantId)
    .where('job_id', '=', claim.jobId)
    .where('name', '=', name)
    .execute();
  return true;
}

/**
 * Asked right before a write leaves for a home: a runner that was taken for dead may wake up and act again, and by then its job
 * has another attempt or has ended. @throws Fault RESOURCE_LOCKED | STORAGE_UNAVAILABLE
 */
export async function assertAttemptRuns(
  db: Database,
  { tenantId, jobId, attempt }: Omit<Claim, 'worker'>,
): Promise<void> {
  const row = await tenantTrx(db, tenantId, (trx) =>
    jobTables(trx)
      .selectFrom('job')
      .select('id')
      .where('tenant_id', '=', tenantId)
      .where('id', '=', jobId)
      .where('attempt', '=', attempt)
      .where('state', '=', 'running')
      .executeTakeFirst(),
  );
  if (row) return;
  throw new Fault('RESOURCE_LOCKED', `Attempt ${attempt} of this job is over.`, {
    suggestion: 'Nothing was sent to the home.',
  });
}

/** Is this attempt still the one that runs? Keeps the row from changing hands until the transaction ends. */
async function holdsJob(trx: Trx, claim: Claim): Promise<boolean> {
  const row = await jobTables(trx)
    .selectFrom('job')
    .select('id')
    .where('tenant_id', '=', claim.tenantId)
    .where('id', '=', claim.jobId)
    .where('worker', '=', claim.worker)
    .where('attempt', '=', claim.attempt)
    .where('state', '=', 'running')
    .forShare()
    .executeTakeFirst();
  return row !== undefined;
}
