import { createHash } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import type { Database, Trx } from './database.ts';
import { deleteInBatches } from './delete-in-batches.ts';
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

/** Of an hour that ended so long ago no row is on its way any more: no transaction that stores some is open for as long. */
const SETTLED = sql<Date>`now() - interval '1 hour'`;
const MAX_SEALS_AT_ONCE = 500;
/** Rows read at once. */
const PIECE = 500;

/** Seals the hours that are settled; resolves with the number of new seals. @throws Fault STORAGE_UNAVAILABLE */
export async function sealAudit(db: Database, tenantId: string): Promise<number> {
  return await tenantTrx(db, tenantId, async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('audit_seal'), hashtext(${tenantId}))`.execute(trx);
    let last = await readLast(trx, tenantId);
    for (let made = 0; ; made++) {
      const until = made < MAX_SEALS_AT_ONCE ? await nextSettledHour(trx, tenantId, last?.until) : undefined;
      if (!until) return made;
      const { count, digest } = await digestRows(trx, tenantId, { since: last?.until, until, byStoring: true });
      const number = (last?.number ?? 0) + 1;
      const chain = chainOf(last?.chain, { number, until, count, digest });
      await sql`
        insert into audit_seal (tenant_id, number, until, row_count, digest, chain, by_storing)
        values (${tenantId}, ${number}, ${until}, ${count}, ${digest}, ${chain}, true)`.execute(trx);
      last = { number, until, chain };
    }
  });
}

/** Is there an hour that could be sealed? @throws Fault STORAGE_UNAVAILABLE */
export async function isSealDue(db: Database, tenantId: string): Promise<boolean> {
  return await tenantTrx(db, tenantId, async (trx) => {
    const last = await readLast(trx, tenantId);
    return (await nextSettledHour(trx, tenantId, last?.until)) !== undefined;
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
    for (const [at, { until, row_count: count, digest, dropped_at, by_storing: byStoring }] of seals.entries()) {
      if (dropped_at !== null) continue;
      const found = await digestRows(trx, tenantId, { since: seals[at - 1]?.until, until, byStoring });
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

/**
 * Removes rows under seals that end before `before`, and keeps the seals. The seals are marked first: from then on nobody looks for
 * their rows, which go in batches, what an earlier run left behind included; no batch begins once the signal is aborted. Resolves with the rows
 * removed. @throws Fault STORAGE_UNAVAILABLE; the signal's reason
 */
export async function dropAudit(db: Database, tenantId: string, before: Date, signal?: AbortSignal): Promise<number> {
  const until = await tenantTrx(db, tenantId, async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('audit_seal'), hashtext(${tenantId}))`.execute(trx);
    await sql`
      update audit_seal set dropped_at = now()
      where tenant_id = ${tenantId} and dropped_at is null and until <= ${before}`.execute(trx);
    const { rows } = await sql<{ until: Date | null }>`
      select max(until) as until from audit_seal where tenant_id = ${tenantId} and dropped_at is not null`.execute(trx);
    return rows[0]?.until;
  });
  if (!until) return 0;
  return await deleteInBatches(
    (count) =>
      tenantTrx(db, tenantId, (trx) =>
        sql`delete from audit where id in (${droppable(tenantId, sql.val(until), count)})`.execute(trx),
      ),
    signal,
  );
}

/** Would `dropAudit` remove anything? @throws Fault STORAGE_UNAVAILABLE */
export async function isDropDue(db: Database, tenantId: string, before: Date): Promise<boolean> {
  return await tenantTrx(db, tenantId, async (trx) => {
    const until = sql`(select max(until) from audit_seal
      where tenant_id = ${tenantId} and (dropped_at is not null or until <= ${before}))`;
    const { rows } = await droppable(tenantId, until, 1).execute(trx);
    return rows.length > 0;
  });
}

function droppable(tenantId: string, until: RawBuilder<unknown>, count: number) {
  return sql`select id from audit
    where tenant_id = ${tenantId} and at < ${until} and (stored_at is null or stored_at < ${until})
    order by at limit ${count}`;
}

interface SealRow {
  readonly number: number;
  readonly until: Date;
  readonly row_count: number;
  readonly digest: Buffer;
  readonly chain: Buffer;
  readonly dropped_at: Date | null;
  /** False for seals of older code: of the rows whose calls began in its time. */
  readonly by_storing: boolean;
}

async function readSeals(trx: Trx, tenantId: string): Promise<readonly SealRow[]> {
  const { rows } = await sql<SealRow>`
    select number, until, row_count, digest, chain, dropped_at, by_storing from audit_seal
    where tenant_id = ${tenantId} order by number`.execute(trx);
  return rows;
}

async function readLast(trx: Trx, tenantId: string) {
  const { rows } = await sql<Pick<SealRow, 'number' | 'until' | 'chain'>>`
    select number, until, chain from audit_seal
    where tenant_id = ${tenantId} order by number desc limit 1`.execute(trx);
  return rows[0];
}

/** The end of the next hour in which anything was stored, once it is settled. */
async function nextSettledHour(trx: Trx, tenantId: string, since: Date | undefined): Promise<Date | undefined> {
  const from = since ?? '-infinity';
  const { rows: stored } = await sql<{ first: Date | null }>`
    select min(stored_at) as first from audit where tenant_id = ${tenantId} and stored_at >= ${from}`.execute(trx);
  const first = stored[0]?.first ?? 'infinity';
  // Rows that do not say when they were stored are older than those that do.
  const until = sql<Date>`date_trunc('hour', least(${first}::timestamptz, min(at)), 'UTC') + interval '1 hour'`;
  const { rows } = await sql<{ until: Date }>`
    select ${until} as until from audit
    where tenant_id = ${tenantId} and at >= ${from} and at < ${first} and stored_at is null
    having ${until} <= ${SETTLED}`.execute(trx);
  return rows[0]?.until;
}

interface SealedTime {
  readonly since: Date | undefined;
  readonly until: Date;
  /** A row belongs to the time that stored it, however late a replica brings it and whatever its clock says; else to that of its call. */
  readonly byStoring: boolean;
}

/**
 * SHA-256 over the rows as JSON, a line each, by id. Read in pieces, as an hour may be more than PostgreSQL holds in one value or
 * gives in one statement; sorted before it is made text. Columns by name: one added later changes no digest.
 */
async function digestRows(trx: Trx, tenantId: string, { since, until, byStoring }: SealedTime) {
  const from = since?.toISOString() ?? '-infinity';
  const within = (time: 'at' | 'stored_at') =>
    sql`${sql.ref(time)} >= ${sql.lit(from)} and ${sql.ref(time)} < ${sql.lit(until.toISOString())}`;
  const isMeant = byStoring ? sql`(${within('stored_at')} or stored_at is null and ${within('at')})` : within('at');
  // Else the plan is made for the first rows alone, and walks the rows of all tenants by id.
  await sql`set local cursor_tuple_fraction = 1`.execute(trx);
  await sql`
    declare audit_rows no scroll cursor for
    select jsonb_build_array(id, call_id, phase, home_id, connector_id,
      actor_kind, actor_id, tool, effect, decision, args_summary, args_digest, outcome, fault_code, duration_ms,
      extract(epoch from at), replica_id, seq)::text as line
    from (
      select * from audit
      where tenant_id = ${sql.lit(tenantId)} and ${isMeant}
      order by id offset 0
    ) audit`.execute(trx);
  const hash = createHash('sha256');
  let count = 0;
  for (;;) {
    const { rows } = await sql<{ line: string }>`fetch ${sql.lit(PIECE)} from audit_rows`.execute(trx);
    if (rows.length === 0) break;
    for (const { line } of rows) hash.update(count++ === 0 ? line : `\n${line}`);
  }
  await sql`close audit_rows`.execute(trx);
  return { count, digest: hash.digest() };
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
