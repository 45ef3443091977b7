import { sql } from 'kysely';
import type { Database } from './database.ts';
import { systemTrx } from './system-door.ts';

/** Removes finished jobs, delivered messages, problems that ended and daily counts older than their days. @throws Fault STORAGE_UNAVAILABLE */
export async function pruneHistory(
  db: Database,
  { jobsMaxDays, historyMaxDays }: { readonly jobsMaxDays: number; readonly historyMaxDays: number },
): Promise<void> {
  const old = (days: number) => sql`now() - ${days} * interval '1 day'`;
  await systemTrx(db, async (trx) => {
    await sql`delete from job where finished_at < ${old(jobsMaxDays)}`.execute(trx);
    await sql`delete from notice where finished_at < ${old(jobsMaxDays)}`.execute(trx);
    await sql`delete from home_problem where ended_at < ${old(historyMaxDays)}`.execute(trx);
    await sql`delete from home_day where day < ${old(historyMaxDays)}`.execute(trx);
  });
}
