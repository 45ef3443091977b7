-- oldest code: 1
--
-- Jobs that start by the clock of their home.

create table schedule (
  id uuid primary key,
  tenant_id uuid not null,
  home_id uuid not null,
  name text not null,
  cron text not null,
  kind text not null,
  args jsonb not null,
  -- Computed when the one before started: ticks missed meanwhile are one start.
  next_at timestamptz not null,
  last_at timestamptz,
  last_job_id uuid,
  created_at timestamptz not null default now(),
  created_by_kind text not null,
  created_by_id text,
  constraint schedule_name unique (tenant_id, name),
  foreign key (tenant_id, home_id) references home (tenant_id, id) on delete cascade
);
create index schedule_due on schedule (next_at);
select hub_protect_tenant_table('schedule');
