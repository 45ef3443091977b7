import type { HomeHealth } from '@hub/core/home-health.ts';
import { sql } from 'kysely';
import type { Database } from './database.ts';
import { tenantTrx } from './doors.ts';
import { saidTimeZone } from './home-record.ts';
import { systemTrx } from './system-door.ts';

export interface DueHome {
  readonly tenantId: string;
  readonly homeId: string;
  /** The last look did not reach it: this one may take its whole deadline again. */
  readonly wasAway: boolean;
  readonly timeZone: string | null;
  /** No person said which clock it goes by. */
  readonly followsClock: boolean;
  /** By the clock of the database. */
  readonly takenAt: Date;
}

/** How long a home stays with the replica that took it, which looks and lets go well before. */
export const LOOK_LEASE_MS = 120_000;

export interface SweepRoom {
  readonly count: number;
  /** Of these, homes that were away. */
  readonly ofAway: number;
}

/** What a look at a running home found. */
export interface HomeSweep extends HomeHealth {
  readonly certificateExpiresAt: Date | undefined;
}

/**
 * Takes homes whose look is due, longest due first, each for one replica alone; they are due again after `leaseMs` unless
 * `putOff` says when. @throws Fault STORAGE_UNAVAILABLE
 */
export async function takeDueHomes(
  db: Database,
  { count, ofAway }: SweepRoom,
  leaseMs: number,
): Promise<readonly DueHome[]> {
  const { rows } = await systemTrx(db, (trx) =>
    sql<Omit<DueHome, 'followsClock'> & { readonly learntTimeZone: string | null }>`
      with overdue as (
        select h.id, h.tenant_id, h.time_zone, h.learnt_time_zone,
          coalesce(s.due_at, '-infinity') as due_at, coalesce(st.state <> 'running', false) as was_away
        from home h
        join tenant t on t.id = h.tenant_id and t.state = 'active'
        left join home_sweep s on s.home_id = h.id
        left join home_status st on st.home_id = h.id
        where coalesce(s.due_at, '-infinity') <= now()
      ), due as (
        select * from (
          (select * from overdue where not was_away order by due_at limit ${count})
          union all
          (select * from overdue where was_away order by due_at limit ${ofAway})
        ) either
        order by due_at limit ${count}
      ), taken as (
        insert into home_sweep as s (home_id, due_at)
        select id, now() + ${leaseMs} * interval '1 millisecond' from due
        on conflict (home_id) do update set due_at = excluded.due_at where s.due_at <= now()
        returning home_id, clock_timestamp() as taken_at
      )
      select due.id as "homeId", due.tenant_id as "tenantId", due.was_away as "wasAway", due.time_zone as "timeZone",
        due.learnt_time_zone as "learntTimeZone", taken.taken_at as "takenAt"
      from due join taken on taken.home_id = due.id`.execute(trx),
  );
  return rows.map(({ learntTimeZone, ...due }) => ({
    ...due,
    followsClock: saidTimeZone({ time_zone: due.timeZone, learnt_time_zone: learntTimeZone }) === null,
  }));
}

/** A look was made, and its outcome is kept: when the home is looked at next. @throws Fault STORAGE_UNAVAILABLE */
export async function putOff(
  db: Database,
  { homeId, takenAt }: Pick<DueHome, 'homeId' | 'takenAt'>,
  forMs: number,
): Promise<void> {
  await systemTrx(db, (trx) =>
    sql`update home_sweep
      set due_at = now() + ${forMs} * interval '1 millisecond', looked_at = greatest(looked_at, ${takenAt}::timestamptz)
      where home_id = ${homeId}`.execute(trx),
  );
}

/** Beside what links note of a home, in the same row. @throws Fault STORAGE_UNAVAILABLE */
export async function writeSweep(
  db: Database,
  { tenantId, homeId }: Pick<DueHome, 'tenantId' | 'homeId'>,
  sweep: HomeSweep,
): Promise<void> {
  const columns = {
    core_update: sweep.coreUpdate ?? null,
    os_update: sweep.osUpdate ?? null,
    updates_pending: sweep.updatesPending ?? null,
    last_backup_at: sweep.lastBackupAt ?? null,
    has_backup: sweep.hasBackup ?? null,
    disk_free_bytes: sweep.diskFreeBytes ?? null,
    disk_total_bytes: sweep.diskTotalBytes ?? null,
    repairs: sweep.repairs ?? null,
    unavailable_entities: sweep.unavailableEntities ?? null,
    low_batteries: sweep.lowBatteries ?? null,
    certificate_expires_at: sweep.certificateExpiresAt ?? null,
    swept_at: sql<Date>`now()`,
  };
  await tenantTrx(db, tenantId, (trx) =>
    trx
      .updateTable('home_status')
      .set(columns)
      .where('tenant_id', '=', tenantId)
      .where('home_id', '=', homeId)
      .execute(),
  );
}
