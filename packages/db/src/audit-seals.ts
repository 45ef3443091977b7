import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Database, Trx } from './database.ts';
import { tenantTrx } from './doors.ts';

/** How far the trail is sealed; `head` is worth writing down elsewhere: whoever alters older rows cannot keep it. */
export interface SealHead {
  readonly number: number;
  readonly until: Date;
  /** Hexadecimal. */
  readonly head: string;
}

export interface SealVerdict {
  readonly seals: number;
  readonly rows: number;
  /** Seals whose rows were removed by age. */
  readonly dropped: number;
  /** What does not fit, in words; empty when all is as it was sealed. */
  readonly broken: readonly string[];
  readonly newest: SealHead | undefined;
}

/** Rows of calls that are still under way, or wait in memory for the database, arrive within this. */
const SETTLE_MS = 3_600_000;
const MAX_SEALS_AT_ONCE = 500;

/** Seals the hours that are settled; resolves with the number of new seals. @throws Fault STORAGE_UNAVAILABLE */
export async function sealAudit(db: Database, tenantId: string, now: Date): Promise<number> {
  const settled = new Date(now.getTime() - SETTLE_MS);
  return await tenantTrx(db, tenantId, async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('audit_seal'), hashtext(${tenantId}))`.execute(trx);
    let last = await readLast(trx, tenantId);
    for (let made = 0; ; made++) {
      const until = made < MAX_SEALS_AT_ONCE ? await nextHour(trx, tenantId, last?.until) : undefined;
      if (!until || until > settled) return made;
      const { count, digest } = await digestRows(trx, tenantId, last?.until, until);
      const number = (last?.number ?? 0) + 1;
      const chain = chainOf(last?.chain, { number, until, count, digest });
      await sql`
        insert into audit_seal (tenant_id, number, until, row_count, digest, chain)
        values (${tenantId}, ${number}, ${until}, ${count}, ${digest}, ${chain})`.execute(trx);
      last = { number, until, chain };
    }
  });
}

/** Hashes everything anew and compares. `head` is one noted earlier, which must still stand in the chain. @throws Fault STORAGE_UNAVAILABLE */
export async function verifyAudit(db: Database, tenantId: string, head?: string): Promise<SealVerdict> {
  return await tenantTrx(db, tenantId, async (trx) => {
    // So that no rows go by age between the reading of seals and rows.
    await sql`select pg_advisory_xact_lock(hashtext('audit_seal'), hashtext(${tenantId}))`.execute(trx);
    const seals = await readSeals(trx, tenantId);
    const broken = brokenChain(seals, head);
    let rows = 0;
    for (const [at, { until, row_count: count, digest, dropped_at }] of seals.entries()) {
      if (dropped_at !== null) continue;
      const found = await digestRows(trx, tenantId, seals[at - 1]?.until, until);
      rows += found.count;
      if (found.digest.equals(digest)) continue;
      broken.push(`the ${found.count} rows until ${until.toISOString()} are not the ${count} that were sealed`);
    }
    const newest = seals.at(-1);
    return {
      ...{ seals: seals.length, rows, dropped: seals.filter((one) => one.dropped_at !== null).length, broken },
      newest: newest && { number: newest.number, until: newest.until, head: newest.chain.toString('hex') },
    };
  });
}

function brokenChain(seals: readonly SealRow[], head: string | undefined): string[] {
  const broken: string[] = [];
  for (const [at, { number, until, row_count: count, digest, chain }] of seals.entries()) {
    if (number !== at + 1) broken.push(`a seal before ${number} is missing`);
    if (!chainOf(seals[at - 1]?.chain, { number, until, count, digest }).equals(chain)) {
      broken.push(`seal ${number} was altered`);
    }
  }
  if (head !== undefined && !seals.some(({ chain }) => chain.toString('hex') === head)) {
    broken.push('the head noted earlier is not in the chain');
  }
  return broken;
}

/** Removes rows under seals that end before `before`, and keeps the seals. Resolves with the rows removed. @throws Fault STORAGE_UNAVAILABLE */
export async function dropAudit(db: Database, tenantId: string, before: Date): Promise<number> {
  return await tenantTrx(db, tenantId, async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('audit_seal'), hashtext(${tenantId}))`.execute(trx);
    const { rows } = await sql<{ until: Date }>`
      with dropped as (
        update audit_seal set dropped_at = now()
        where tenant_id = ${tenantId} and dropped_at is null and until <= ${before} returning until
      ) select max(until) as until from dropped having max(until) is not null`.execute(trx);
    const [newest] = rows;
    if (!newest) return 0;
    const gone = await sql`delete from audit where tenant_id = ${tenantId} and at < ${newest.until}`.execute(trx);
    return Number(gone.numAffectedRows ?? 0n);
  });
}

interface SealRow {
  readonly number: number;
  readonly until: Date;
  readonly row_count: number;
  readonly digest: Buffer;
  readonly chain: Buffer;
  readonly dropped_at: Date | null;
}

async function readSeals(trx: Trx, tenantId: string): Promise<readonly SealRow[]> {
  const { rows } = await sql<SealRow>`
    select number, until, row_count, digest, chain, dropped_at from audit_seal
    where tenant_id = ${tenantId} order by number`.execute(trx);
  return rows;
}

async function readLast(trx: Trx, tenantId: string) {
  const { rows } = await sql<Pick<SealRow, 'number' | 'until' | 'chain'>>`
    select number, until, chain from audit_seal
    where tenant_id = ${tenantId} order by number desc limit 1`.execute(trx);
  return rows[0];
}

/** The end of the next hour in which anything happened. */
async function nextHour(trx: Trx, tenantId: string, since: Date | undefined): Promise<Date | undefined> {
  const { rows } = await sql<{ until: Date | null }>`
    select date_trunc('hour', min(at), 'UTC') + interval '1 hour' as until from audit
    where tenant_id = ${tenantId} and at >= ${since ?? '-infinity'}`.execute(trx);
  return rows[0]?.until ?? undefined;
}

/** Columns by name: one added later changes no digest. */
async function digestRows(trx: Trx, tenantId: string, since: Date | undefined, until: Date) {
  const { rows } = await sql<{ count: number; digest: Buffer }>`
    select count(*)::int as count, sha256(convert_to(coalesce(string_agg(jsonb_build_array(id, call_id, phase, home_id, connector_id,
      actor_kind, actor_id, tool, effect, decision, args_summary, args_digest, outcome, fault_code, duration_ms,
      extract(epoch from at), replica_id, seq)::text, E'\n' order by id), ''), 'UTF8')) as digest
    from audit where tenant_id = ${tenantId} and at >= ${since ?? '-infinity'} and at < ${until}`.execute(trx);
  return rows[0] ?? { count: 0, digest: Buffer.alloc(32) };
}

interface Sealed {
  readonly number: number;
  readonly until: Date;
  readonly count: number;
  readonly digest: Buffer;
}

function chainOf(before: Buffer | undefined, { number, until, count, digest }: Sealed): Buffer {
  const text = JSON.stringify([
    before?.toString('hex') ?? '',
    number,
    until.toISOString(),
    count,
    digest.toString('hex'),
  ]);
  return createHash('sha256').update(text).digest();
}
