-- oldest code: 1
--
-- What is wrong at homes and since when, whom a tenant wants told, and the messages on their way.

create table home_problem (
  id uuid primary key,
  tenant_id uuid not null,
  home_id uuid not null,
  kind text not null,
  -- As it was last seen, in words.
  text text not null,
  since timestamptz not null default now(),
  -- Told to the tenant's channels; null while it is too young to be told.
  raised_at timestamptz,
  ended_at timestamptz,
  foreign key (tenant_id, home_id) references home (tenant_id, id) on delete cascade
);
create unique index home_problem_open on home_problem (home_id, kind) where ended_at is null;
create index home_problem_since on home_problem (tenant_id, since);
select hub_protect_tenant_table('home_problem');

create table notice_channel (
  id uuid primary key,
  tenant_id uuid not null references tenant (id) on delete cascade,
  name text not null,
  kind text not null check (kind in ('webhook', 'ntfy', 'smtp')),
  -- Where it goes, without what would let others send there.
  target text not null,
  sealed_settings bytea not null,
  -- Minutes of the day in `time_zone`; a night begins after it ends.
  quiet_from int check (quiet_from between 0 and 1439),
  quiet_until int check (quiet_until between 0 and 1439),
  time_zone text not null default 'UTC',
  created_at timestamptz not null default now(),
  created_by_kind text not null,
  created_by_id text,
  check ((quiet_from is null) = (quiet_until is null)),
  constraint notice_channel_name unique (tenant_id, name),
  unique (tenant_id, id)
);
select hub_protect_tenant_table('notice_channel');

create table notice (
  id uuid primary key,
  tenant_id uuid not null,
  channel_id uuid not null,
  content jsonb not null,
  state text not null default 'queued' check (state in ('queued', 'sent', 'failed')),
  attempt int not null default 0,
  -- Taken by moving this ahead: what a dead replica had in its hands is due again.
  due_at timestamptz not null default now(),
  error text,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  foreign key (tenant_id, channel_id) references notice_channel (tenant_id, id) on delete cascade
);
create index notice_due on notice (due_at) where state = 'queued';
create index notice_channel_id on notice (channel_id, id desc);
select hub_protect_tenant_table('notice');
