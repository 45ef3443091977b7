import { sql } from 'kysely';
import type { Database } from './database.ts';
import { LOOK_LEASE_MS } from './home-sweeps.ts';
import { systemTrx } from './system-door.ts';

/** Looks at homes that somebody asked for; replicas make them as those that are due by the clock. */
export interface AskedLooks {
  readonly tenantId: string;
  /** By the clock of the database: a look that began earlier does not count. */
  readonly since: Date;
  /** All homes of the tenant unless told. */
  readonly homeIds?: readonly string[] | undefined;
}

export interface LookCounts {
  /** Homes that are still there. */
  readonly total: number;
  readonly looked: number;
  /** Of these, found running. */
  readonly running: number;
}

/** A home that no look since found running. */
export interface MissedHome {
  readonly slug: string;
  /** As last seen; undefined: it was never reached. */
  readonly state: string | undefined;
  readonly isLooked: boolean;
}

/** What the database takes for now. @throws Fault STORAGE_UNAVAILABLE */
export async function readNow(db: Database): Promise<Date> {
  const now = sql<{ now: Date }>`select clock_timestamp() as now`;
  const { rows } = await systemTrx(db, (trx) => now.execute(trx));
  const [row] = rows;
  // Not this process's clock: looks are counted by that of the database.
  if (!row) throw new Error('the database told no time');
  return row.now;
}

/**
 * Makes homes due that were not looked at since: all of them, or `again` those whose wish was lost, as a look that was under way
 * put them off. Never waits for a replica that takes or puts off at this moment. @throws Fault STORAGE_UNAVAILABLE
 */
export async function askForLooks(db: Database, asked: AskedLooks, isAgain: boolean): Promise<void> {
  const inHandMs = isAgain ? LOOK_LEASE_MS : 0;
  await systemTrx(db, (trx) =>
    sql`update home_sweep set due_at = now() where home_id in (
      select s.home_id from home_sweep s join home h on h.id = s.home_id
      where ${isAsked(asked)} and not ${isLooked(asked)} and s.due_at > now() + ${inHandMs} * interval '1 millisecond'
      for update of s skip locked)`.execute(trx),
  );
}

/** @throws Fault STORAGE_UNAVAILABLE */
export async function countLooks(db: Database, asked: AskedLooks): Promise<LookCounts> {
  const { rows } = await systemTrx(db, (trx) =>
    sql<LookCounts>`select count(*)::int as total, count(*) filter (where ${isLooked(asked)})::int as looked,
      count(*) filter (where ${isLooked(asked)} and st.state = 'running')::int as running
      ${HOMES} where ${isAsked(asked)}`.execute(trx),
  );
  return rows[0] ?? { total: 0, looked: 0, running: 0 };
}

/** By slug. @throws Fault STORAGE_UNAVAILABLE */
export async function listMissed(db: Database, asked: AskedLooks): Promise<readonly MissedHome[]> {
  const { rows } = await systemTrx(db, (trx) =>
    sql<{ slug: string; state: string | null; isLooked: boolean }>`
      select h.slug, st.state, ${isLooked(asked)} as "isLooked" ${HOMES}
      where ${isAsked(asked)} and not (${isLooked(asked)} and coalesce(st.state = 'running', false))
      order by h.slug`.execute(trx),
  );
  return rows.map(({ slug, state, isLooked: looked }) => ({ slug, state: state ?? undefined, isLooked: looked }));
}

const HOMES = sql`from home h left join home_sweep s on s.home_id = h.id left join home_status st on st.home_id = h.id`;

const isAsked = ({ tenantId, homeIds }: AskedLooks) =>
  homeIds === undefined
    ? sql`h.tenant_id = ${tenantId}`
    : sql`h.tenant_id = ${tenantId} and h.id = any(${homeIds}::uuid[])`;

const isLooked = ({ since }: AskedLooks) => sql`coalesce(s.looked_at >= ${since}, false)`;
