import { type RawBuilder, sql } from 'kysely';
import { noteChange } from './changes.ts';
import type { Database, Trx } from './database.ts';
import { jobTables } from './job-record.ts';
import { jsonText } from './json-text.ts';
import type { KeyRing } from './key-ring.ts';
import { systemTrx } from './system-door.ts';

export interface Beat {
  readonly beat: number;
  /** PostgreSQL's time. */
  readonly at: Date;
  /** Credentials that opened something before `since` and open nothing now; all there are for the first beat. */
  readonly ended: readonly string[];
  readonly isRecovering: boolean;
}

/** A database that is waiting for somebody to look at what came back. */
export interface Recovery {
  readonly since: Date;
  readonly reason: string;
  /** As of when the database is. */
  readonly recoveredTo: Date;
}

export interface Review {
  /** Known to have been ended later than the database is; confirming ends them again. */
  readonly revived: readonly ReviewedConnector[];
  /** All others that open something now: what was revoked unseen is among them. */
  readonly valid: readonly ReviewedConnector[];
  /** Confirming ends them: running ones as unknown, those that wait as cancelled. */
  readonly unfinishedJobs: readonly ReviewedJob[];
  /** Tenants whose data is sealed under an older key of the ring, or one that the ring lacks. */
  readonly oldKeys: readonly { readonly tenant: string; readonly keyId: number; readonly isInRing: boolean }[];
}

export interface ReviewedConnector {
  readonly credentialId: string;
  readonly tenant: string;
  readonly connector: string;
}

export interface ReviewedJob {
  readonly id: string;
  readonly tenant: string;
  readonly kind: string;
  readonly state: string;
}

/** Beyond this many the newest are remembered. */
const ENDED_AT_MOST = 10_000;

/** Ends of what opens a connector, whichever is first; null = none. */
const endOf = sql<Date>`least(credential.revoked_at, credential.expires_at, connector.revoked_at, connector.expires_at)`;

/** One more, in a database that was never put back higher than any before. @throws Fault STORAGE_UNAVAILABLE */
export async function beatOnce(db: Database, since: Date | undefined): Promise<Beat> {
  return await systemTrx(db, async (trx) => {
    const row = await trx
      .updateTable('installation')
      .set({ beat: sql<number>`beat + 1`, beat_at: sql<Date>`now()` })
      .returning(['beat', 'beat_at', 'recovering_since'])
      .executeTakeFirstOrThrow();
    const ended = await credentials(trx)
      .where(endOf, '<=', sql<Date>`now()`)
      .$if(since !== undefined, (query) => query.where(endOf, '>', since ?? null))
      .orderBy(endOf, 'desc')
      .limit(ENDED_AT_MOST)
      .execute();
    return {
      beat: row.beat,
      at: row.beat_at,
      ended: ended.map(({ credentialId }) => credentialId),
      isRecovering: row.recovering_since !== null,
    };
  });
}

/** The last beat, without one more. @throws Fault STORAGE_UNAVAILABLE */
export async function readPulse(db: Database): Promise<Pick<Beat, 'beat' | 'isRecovering'>> {
  return await systemTrx(db, async (trx) => {
    const row = await trx.selectFrom('installation').select(['beat', 'recovering_since']).executeTakeFirst();
    return { beat: row?.beat ?? 0, isRecovering: row !== undefined && row.recovering_since !== null };
  });
}

/** From here on hubs serve nobody and no job starts, until `confirmRecovery`. One that is under way keeps its reason. */
export async function beginRecovery(db: Database, reason: string): Promise<void> {
  await systemTrx(db, (trx) =>
    trx
      .updateTable('installation')
      .set({
        recovering_since: sql<Date>`now()`,
        recovery_reason: reason,
        recovered_to: sql<Date>`beat_at`,
      })
      .where('recovering_since', 'is', null)
      .execute(),
  );
}

/** Undefined when there is nothing to confirm. @throws Fault STORAGE_UNAVAILABLE */
export async function readRecovery(db: Database): Promise<Recovery | undefined> {
  return await systemTrx(db, async (trx) => {
    const row = await trx
      .selectFrom('installation')
      .select(['recovering_since', 'recovery_reason', 'recovered_to'])
      .executeTakeFirstOrThrow();
    if (row.recovering_since === null) return undefined;
    return {
      since: row.recovering_since,
      reason: row.recovery_reason ?? '',
      recoveredTo: row.recovered_to ?? row.recovering_since,
    };
  });
}

/** What came back, judged by the credentials that are known to have ended. @throws Fault STORAGE_UNAVAILABLE */
export async function reviewRecovery(db: Database, ring: KeyRing, ended: ReadonlySet<string>): Promise<Review> {
  return await systemTrx(db, async (trx) => {
    const open = await openCredentials(trx);
    const keys = await trx
      .selectFrom('tenant_key')
      .innerJoin('tenant', 'tenant.id', 'tenant_key.tenant_id')
      .select(['tenant.slug as tenant', 'ring_key_id as keyId'])
      .where('ring_key_id', '!=', Math.max(...ring.ids))
      .distinct()
      .orderBy('tenant.slug')
      .execute();
    return {
      revived: open.filter(({ credentialId }) => ended.has(credentialId)).map(withoutIds),
      valid: open.filter(({ credentialId }) => !ended.has(credentialId)).map(withoutIds),
      unfinishedJobs: await jobTables(trx)
        .selectFrom('job')
        .innerJoin('tenant', 'tenant.id', 'job.tenant_id')
        .select(['job.id', 'tenant.slug as tenant', 'job.kind', 'job.state'])
        .where('job.state', 'in', ['queued', 'running'])
        .orderBy('job.id')
        .execute(),
      oldKeys: keys.map((key) => ({ ...key, isInRing: ring.ids.includes(key.keyId) })),
    };
  });
}

/**
 * Ends again what is known to have been ended, and every job that had not finished then: it may have run since, and nothing
 * is done twice unasked. The beat goes on above the highest one remembered. @throws Fault STORAGE_UNAVAILABLE
 */
export async function confirmRecovery(db: Database, ended: ReadonlySet<string>, highestBeat: number): Promise<void> {
  await systemTrx(db, async (trx) => {
    for (const { credentialId, tenantId, connectorId } of await openCredentials(trx)) {
      if (!ended.has(credentialId)) continue;
      await trx
        .updateTable('credential')
        .set({ revoked_at: sql<Date>`now()` })
        .where('id', '=', credentialId)
        .execute();
      await noteChange(trx, tenantId, 'credential', connectorId);
    }
    await endJobs(trx);
    await trx
      .updateTable('installation')
      .set({
        recovering_since: null,
        recovery_reason: null,
        recovered_to: null,
        beat: sql<number>`greatest(beat, ${highestBeat}::bigint) + 1`,
        beat_at: sql<Date>`now()`,
      })
      .execute();
  });
}

async function endJobs(trx: Trx): Promise<void> {
  const error = jsonText({
    code: 'CANCELLED',
    message: 'the database was put back to an earlier state in which this job had not finished; it may have run since',
    suggestions: ['look at the home before you start this again'],
  });
  await jobTables(trx)
    .updateTable('job')
    .set({
      state:
        sql`case when state = 'queued' and attempt = 0 then 'cancelled' else 'unknown' end` as RawBuilder<'unknown'>,
      ...{ lease_until: null, worker: null, error },
      finished_at: sql<Date>`now()`,
      updated_at: sql<Date>`now()`,
    })
    .where('state', 'in', ['queued', 'running'])
    .execute();
}

function credentials(trx: Trx) {
  return trx
    .selectFrom('credential')
    .innerJoin('connector', 'connector.id', 'credential.connector_id')
    .innerJoin('tenant', 'tenant.id', 'credential.tenant_id')
    .select([
      'credential.id as credentialId',
      'credential.connector_id as connectorId',
      'credential.tenant_id as tenantId',
      'tenant.slug as tenant',
      'connector.name as connector',
    ]);
}

function openCredentials(trx: Trx) {
  return credentials(trx)
    .where((is) => is.or([is(endOf, 'is', null), is(endOf, '>', sql<Date>`now()`)]))
    .orderBy('tenant.slug')
    .orderBy('connector.name')
    .execute();
}

function withoutIds({ credentialId, tenant, connector }: ReviewedConnector): ReviewedConnector {
  return { credentialId, tenant, connector };
}
