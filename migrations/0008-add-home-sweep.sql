-- oldest code: 1
--
-- What a regular look at each home finds, and when the next one is due.

alter table home_status
  add column core_update text,
  add column os_update text,
  add column updates_pending int,
  add column last_backup_at timestamptz,
  add column disk_free_bytes bigint,
  add column disk_total_bytes bigint,
  add column repairs int,
  add column unavailable_entities int,
  add column low_batteries int,
  add column certificate_expires_at timestamptz,
  -- The last look that found the home running.
  add column swept_at timestamptz;

create table home_sweep (
  home_id uuid primary key references home (id) on delete cascade,
  -- Taken by moving this ahead: a replica that dies with a home in its hands leaves it due again soon.
  due_at timestamptz not null
);
create index home_sweep_due on home_sweep (due_at);
select hub_protect_system_table('home_sweep');
