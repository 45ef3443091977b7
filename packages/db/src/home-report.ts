import { sql } from 'kysely';
import type { Database } from './database.ts';
import { tenantTrx } from './doors.ts';

/** One home over a span of time, as the hub saw it. */
export interface HomeReport {
  readonly slug: string;
  readonly name: string;
  /** How often it was looked at, and found running. */
  readonly looks: number;
  readonly running: number;
  readonly haVersion: string | null;
  readonly calls: number;
  readonly failedCalls: number;
  readonly updates: number;
  readonly backups: number;
  readonly problems: number;
  readonly openProblems: number;
}

/** Counts one look, by day in UTC. Nothing happens for a home removed meanwhile. @throws Fault STORAGE_UNAVAILABLE */
export async function countLook(db: Database, tenantId: string, homeId: string, isRunning: boolean): Promise<void> {
  await tenantTrx(db, tenantId, (trx) =>
    sql`insert into home_day as d (home_id, tenant_id, day, looks, running)
      select id, tenant_id, (now() at time zone 'UTC')::date, 1, ${isRunning ? 1 : 0} from home
      where tenant_id = ${tenantId} and id = ${homeId}
      on conflict (home_id, day) do update set looks = d.looks + 1, running = d.running + excluded.running`.execute(
      trx,
    ),
  );
}

/** All homes of a tenant, by slug; times from `since` up to and without `until`, both the start of a day in UTC. @throws Fault STORAGE_UNAVAILABLE */
export async function readReport(
  db: Database,
  tenantId: string,
  since: Date,
  until: Date,
): Promise<readonly HomeReport[]> {
  const { rows } = await tenantTrx(db, tenantId, (trx) =>
    sql<HomeReport>`
      select h.slug, h.name, s.ha_version as "haVersion",
        coalesce(d.looks, 0) as looks, coalesce(d.running, 0) as running,
        coalesce(a.calls, 0) as calls, coalesce(a.failed, 0) as "failedCalls",
        coalesce(j.updates, 0) as updates, coalesce(j.backups, 0) as backups,
        coalesce(p.problems, 0) as problems, coalesce(p.open, 0) as "openProblems"
      from home h
      left join home_status s on s.home_id = h.id
      left join (
        select home_id, sum(looks)::int as looks, sum(running)::int as running from home_day
        where tenant_id = ${tenantId} and day >= (${since}::timestamptz at time zone 'UTC')::date
          and day < (${until}::timestamptz at time zone 'UTC')::date
        group by home_id
      ) d on d.home_id = h.id
      left join (
        select home_id, count(*) filter (where phase <> 'outcome')::int as calls,
          count(*) filter (where outcome in ('failed', 'unknown'))::int as failed
        from audit where tenant_id = ${tenantId} and at >= ${since} and at < ${until} group by home_id
      ) a on a.home_id = h.id
      left join (
        select home_id, sum(${UPDATES})::int as updates, count(*) filter (where kind = 'backup.create')::int as backups
        from job where tenant_id = ${tenantId} and state = 'done' and finished_at >= ${since} and finished_at < ${until}
        group by home_id
      ) j on j.home_id = h.id
      left join (
        select home_id, count(*) filter (where since >= ${since})::int as problems,
          count(*) filter (where ended_at is null or ended_at >= ${until})::int as open
        from home_problem
        where tenant_id = ${tenantId} and raised_at is not null and since < ${until}
          and (ended_at is null or ended_at >= ${since})
        group by home_id
      ) p on p.home_id = h.id
      where h.tenant_id = ${tenantId} order by h.slug`.execute(trx),
  );
  return rows;
}

/** What a job installed. One of an item of the store names the version it came from in its marker; none where it was installed anew. */
const UPDATES = sql`case kind when 'update.install' then 1
  when 'update.install-pending' then jsonb_array_length(result -> 'installed')
  when 'update.install-several' then jsonb_array_length(jsonb_path_query_array(result, '$.results[*] ? (@.status == "installed")'))
  when 'app.act' then (args ->> 'action' = 'update')::int
  when 'store.install' then exists (select from job_step s
    where s.tenant_id = job.tenant_id and s.job_id = job.id and s.marker ->> 'from' is not null)::int end`;
