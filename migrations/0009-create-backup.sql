-- oldest code: 1
--
-- Backups that the hub took from homes into a store of its own. They outlive their home: who removed it may want it back.

-- What a home's backups are sealed with, and how many of them stay.
create table home_backup (
  tenant_id uuid not null references tenant (id) on delete cascade,
  home_id uuid not null,
  -- 32 bytes, sealed; made with the first backup and never another, as it opens all of them.
  sealed_key bytea not null,
  keep_last integer not null default 3 check (keep_last between 1 and 1000),
  keep_daily integer not null default 7 check (keep_daily between 0 and 1000),
  keep_weekly integer not null default 4 check (keep_weekly between 0 and 1000),
  created_at timestamptz not null default now(),
  primary key (tenant_id, home_id)
);
select hub_protect_tenant_table('home_backup');

create table backup (
  -- The job's that took it: a job takes one, however often it is run.
  id uuid primary key,
  tenant_id uuid not null references tenant (id) on delete cascade,
  home_id uuid not null,
  -- storing: on its way, or left on it · stored: read back and found right · broken: a later look found it wrong ·
  -- removing: the rules of the home keep it no longer.
  state text not null check (state in ('storing', 'stored', 'broken', 'removing')),
  -- Home Assistant's own id and name of it.
  ha_backup_id text not null,
  name text not null,
  ha_version text,
  made_at timestamptz not null,
  is_with_database boolean not null,
  -- Encrypted by Home Assistant with its own key, which is kept here, sealed, apart from the home's key.
  is_protected boolean not null,
  sealed_ha_key bytea,
  place text not null,
  object text not null,
  -- Of the home's file, and of the sealed object; set once stored.
  size_bytes bigint,
  sha256 bytea,
  sealed_size_bytes bigint,
  sealed_sha256 bytea,
  stored_at timestamptz,
  -- When all of it was last read and found right, or wrong.
  checked_at timestamptz,
  check_error text,
  created_at timestamptz not null default now(),
  check (state <> 'stored' or (size_bytes is not null and sha256 is not null and sealed_size_bytes is not null
    and sealed_sha256 is not null and stored_at is not null))
);
create index backup_home on backup (tenant_id, home_id, made_at desc);
select hub_protect_tenant_table('backup');
