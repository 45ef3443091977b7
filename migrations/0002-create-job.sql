-- oldest code: 1
--
-- Long work: the row is the truth; queues and hints only say "look at the table".

create table job (
  id uuid primary key,
  tenant_id uuid not null references tenant (id) on delete cascade,
  -- Homes and connectors may go; what was done stays readable, so there is no foreign key to them.
  home_id uuid,
  connector_id uuid,
  kind text not null,
  -- The same key while one is unfinished gives that one.
  dedup_key text,
  args jsonb not null,
  state text not null default 'queued'
    check (state in ('queued', 'running', 'waiting', 'done', 'failed', 'cancelled', 'unknown')),
  is_exclusive boolean not null,
  priority integer not null default 0,
  run_at timestamptz not null default now(),
  -- Raised by every claim; a runner with an older number can write nothing any more.
  attempt integer not null default 0,
  max_attempts integer not null default 5,
  lease_until timestamptz,
  worker text,
  cancel_requested boolean not null default false,
  progress jsonb,
  result jsonb,
  error jsonb,
  actor_kind text not null,
  actor_id text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  unique (tenant_id, id),
  check ((state = 'running') = (lease_until is not null)),
  check ((state = 'running') = (worker is not null)),
  check ((state in ('done', 'failed', 'cancelled', 'unknown')) = (finished_at is not null))
);

-- Held by the database and not by care: one exclusive job runs per home, whatever the runners believe.
create unique index job_one_exclusive_per_home on job (home_id) where state = 'running' and is_exclusive;
create unique index job_unfinished_dedup on job (tenant_id, dedup_key)
  where dedup_key is not null and state in ('queued', 'running', 'waiting');
create index job_claim on job (priority desc, run_at) where state = 'queued';
create index job_lease on job (lease_until) where state = 'running';
create index job_home on job (tenant_id, home_id, id desc);
select hub_protect_tenant_table('job');

-- One act on a home. The marker is stored before the act leaves; after a crash it tells whether the act happened.
create table job_step (
  job_id uuid not null,
  tenant_id uuid not null,
  name text not null,
  marker jsonb not null,
  -- Open: the act may be under way · not_done: it certainly did not happen.
  state text not null default 'open' check (state in ('open', 'done', 'not_done')),
  result jsonb,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (job_id, name),
  foreign key (tenant_id, job_id) references job (tenant_id, id) on delete cascade
);
create index job_step_open on job_step (job_id) where state = 'open';
select hub_protect_tenant_table('job_step');
