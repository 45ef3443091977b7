import { newId } from '@hub/core/ids.ts';
import { type MaintenanceWindow, storedWindows } from '@hub/core/maintenance-windows.ts';
import { nextStart } from '@hub/core/next-tick.ts';
import type { ScheduleStanding } from '@hub/core/schedule-standing.ts';
import { sql } from 'kysely';
import type { Actor } from './actor.ts';
import { alreadyExists, notFound, withConstraintFaults } from './constraint-fault.ts';
import type { Database, Trx } from './database.ts';
import { tenantTrx } from './doors.ts';
import { zoneOf } from './home-windows.ts';
import { jsonText } from './json-text.ts';
import { systemTrx } from './system-door.ts';

export interface Schedule {
  readonly id: string;
  readonly tenantId: string;
  readonly homeId: string;
  /** Slug. */
  readonly home: string;
  /** Of the home, as the hub knows it. */
  readonly timeZone: string;
  readonly name: string;
  readonly cron: string;
  readonly kind: string;
  readonly args: unknown;
  readonly nextAt: Date;
  readonly lastAt: Date | null;
  readonly lastJobId: string | null;
  /** When a job of this kind last ended well at the home, whoever started it. */
  readonly lastGoodAt: Date | null;
  /** When changes at the home may begin. */
  readonly windows: readonly MaintenanceWindow[];
}

export type NewSchedule = Pick<Schedule, 'homeId' | 'name' | 'cron' | 'kind' | 'args' | 'nextAt'>;

/** @throws Fault RESOURCE_ALREADY_EXISTS | STORAGE_UNAVAILABLE */
export async function addSchedule(db: Database, tenantId: string, schedule: NewSchedule, actor: Actor): Promise<void> {
  const { homeId, name, cron, kind, args, nextAt } = schedule;
  const faults = { schedule_name: () => alreadyExists(`A schedule '${name}'`, 'Choose another name.') };
  await withConstraintFaults(faults, () =>
    tenantTrx(db, tenantId, (trx) =>
      sql`insert into schedule (id, tenant_id, home_id, name, cron, kind, args, next_at, created_by_kind, created_by_id)
        values (${newId()}, ${tenantId}, ${homeId}, ${name}, ${cron}, ${kind}, ${jsonText(args)}::jsonb, ${nextAt},
          ${actor.kind}, ${actor.id ?? null})`.execute(trx),
    ),
  );
}

/** By name. @throws Fault STORAGE_UNAVAILABLE */
export async function listSchedules(db: Database, tenantId: string): Promise<readonly Schedule[]> {
  return await tenantTrx(db, tenantId, async (trx) => {
    const { rows } = await sql<Row>`${SELECT} where s.tenant_id = ${tenantId} order by s.name`.execute(trx);
    return rows.map(toSchedule);
  });
}

/** @throws Fault RESOURCE_NOT_FOUND | STORAGE_UNAVAILABLE */
export async function removeSchedule(db: Database, tenantId: string, name: string): Promise<void> {
  const { numAffectedRows } = await tenantTrx(db, tenantId, (trx) =>
    sql`delete from schedule where tenant_id = ${tenantId} and name = ${name}`.execute(trx),
  );
  if (!numAffectedRows) throw notFound(`A schedule '${name}'`, 'List the schedules: hub schedules list');
}

/** What starts a schedule's job in the given transaction, or none yet, and says when it is due next. */
export type StartSchedule = (
  schedule: Schedule,
  trx: Trx,
) => Promise<{ readonly jobId: string | undefined; readonly nextAt: Date }>;

/**
 * Starts what is due, each once, whichever replicas look at once: the job and the next time are stored in one transaction.
 * One that cannot start is told to `onError` and due again in ten minutes, so that it holds up no other; nothing is missed, as
 * what was due meanwhile is one start. Resolves with how many were started. @throws Fault STORAGE_UNAVAILABLE
 */
export async function startDueSchedules(
  db: Database,
  start: StartSchedule,
  onError: (error: unknown, scheduleId: string) => void,
): Promise<number> {
  const { rows: due } = await systemTrx(db, (trx) =>
    sql<{ id: string; tenantId: string }>`
      select s.id, s.tenant_id as "tenantId" from schedule s
      join tenant t on t.id = s.tenant_id and t.state = 'active'
      where s.next_at <= now() order by s.next_at limit 100`.execute(trx),
  );
  let started = 0;
  for (const { id, tenantId } of due) {
    try {
      if (await startOne(db, tenantId, id, start)) started += 1;
    } catch (error) {
      onError(error, id);
      await putOffSchedule(db, tenantId, id);
    }
  }
  return started;
}

/** Not while the clock or the windows of its home are being changed: it would go by those of before. */
async function startOne(db: Database, tenantId: string, id: string, start: StartSchedule): Promise<boolean> {
  return await tenantTrx(db, tenantId, async (trx) => {
    const { rows } = await sql<Row>`
      ${SELECT} where s.tenant_id = ${tenantId} and s.id = ${id} and s.next_at <= now()
      for update of s skip locked for share of h skip locked`.execute(trx);
    const [row] = rows;
    if (!row) return false;
    const { jobId, nextAt } = await start(toSchedule(row), trx);
    const started = jobId === undefined ? sql`` : sql`, last_at = now(), last_job_id = ${jobId}`;
    await sql`update schedule set next_at = ${nextAt}, waits = ${jobId === undefined}${started}
      where tenant_id = ${tenantId} and id = ${id}`.execute(trx);
    return jobId !== undefined;
  });
}

/** What is due ahead at a home that goes by another clock than before is due by that one. */
export async function retimeSchedules(trx: Trx, tenantId: string, homeId: string): Promise<void> {
  const now = new Date();
  const { rows } = await sql<Row>`
    ${SELECT} where s.tenant_id = ${tenantId} and s.home_id = ${homeId} and s.next_at > now() and not s.waits
    for update of s`.execute(trx);
  for (const { id, cron, timeZone } of rows.map(toSchedule)) {
    await sql`update schedule set next_at = ${nextStart(cron, timeZone, now)}
      where tenant_id = ${tenantId} and id = ${id}`.execute(trx);
  }
}

/** How each schedule of a tenant stands, by home id. @throws Fault STORAGE_UNAVAILABLE */
export async function listScheduleStandings(
  db: Database,
  tenantId: string,
): Promise<ReadonlyMap<string, readonly ScheduleStanding[]>> {
  const { rows } = await tenantTrx(db, tenantId, (trx) =>
    sql<ScheduleStanding & { readonly homeId: string }>`
      select s.home_id as "homeId", s.name, s.kind, s.next_at as "nextAt", j.state as "lastState",
        j.error ->> 'message' as "lastError", j.created_at as "lastBeganAt", ${LAST_GOOD} as "lastGoodAt"
      from schedule s left join job j on j.tenant_id = s.tenant_id and j.id = s.last_job_id
      where s.tenant_id = ${tenantId} order by s.name`.execute(trx),
  );
  return Map.groupBy(rows, ({ homeId }) => homeId);
}

const LAST_GOOD = sql`(select max(g.finished_at) from job g
  where g.tenant_id = s.tenant_id and g.home_id = s.home_id and g.kind = s.kind and g.state = 'done')`;

type Row = Omit<Schedule, 'timeZone' | 'windows'> & { readonly timeZone: string | null; readonly windows: string[] };

function toSchedule({ timeZone, windows, ...row }: Row): Schedule {
  return { ...row, timeZone: zoneOf(timeZone), windows: storedWindows(windows) };
}

async function putOffSchedule(db: Database, tenantId: string, id: string): Promise<void> {
  await tenantTrx(db, tenantId, (trx) =>
    sql`update schedule set next_at = now() + interval '10 minutes'
      where tenant_id = ${tenantId} and id = ${id} and next_at <= now()`.execute(trx),
  );
}

const SELECT = sql`
  select s.id, s.tenant_id as "tenantId", s.home_id as "homeId", h.slug as home, h.time_zone as "timeZone", s.name, s.cron,
    s.kind, s.args, s.next_at as "nextAt", s.last_at as "lastAt", s.last_job_id as "lastJobId", ${LAST_GOOD} as "lastGoodAt",
    coalesce(h.maintenance_windows, t.maintenance_windows) as windows
  from schedule s join home h on h.id = s.home_id join tenant t on t.id = s.tenant_id`;
