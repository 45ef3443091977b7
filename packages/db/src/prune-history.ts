import { sql } from 'kysely';
import type { Database } from './database.ts';
import { deleteInBatches } from './delete-in-batches.ts';
import { systemTrx } from './system-door.ts';

/** Removes finished jobs, delivered messages, problems that ended and daily counts older than their days. @throws Fault STORAGE_UNAVAILABLE */
export async function pruneHistory(
  db: Database,
  { jobsMaxDays, historyMaxDays }: { readonly jobsMaxDays: number; readonly historyMaxDays: number },
): Promise<void> {
  const old = (days: number) => sql`now() - ${days} * interval '1 day'`;
  for (const [table, column, days] of [
    ['job', 'finished_at', jobsMaxDays],
    ['notice', 'finished_at', jobsMaxDays],
    ['home_problem', 'ended_at', historyMaxDays],
    ['home_day', 'day', historyMaxDays],
  ] as const) {
    const rows = sql`select ctid from ${sql.table(table)} where ${sql.ref(column)} < ${old(days)}`;
    await deleteInBatches((count) =>
      systemTrx(db, (trx) =>
        sql`delete from ${sql.table(table)} where ctid = any (array(${rows} limit ${count}))`.execute(trx),
      ),
    );
  }
}
