-- oldest code: 1
--
-- Tenants, people, homes, connectors, edits, audit and what replicas share.
-- Every table forces row-level security: the hub's own role owns the tables and would else see all rows.
-- A transaction sees a tenant's rows after `set_config('hub.tenant_id', <uuid>, true)`, all rows after
-- `set_config('hub.door', 'system', true)`, and nothing without one of the two.

create function hub_tenant() returns uuid language sql stable parallel safe
  return nullif(current_setting('hub.tenant_id', true), '')::uuid;

create function hub_is_system() returns boolean language sql stable parallel safe
  return coalesce(current_setting('hub.door', true), '') = 'system';

-- For tables with a tenant_id column; the sub-selects are evaluated once per query and not once per row.
create function hub_protect_tenant_table(protected regclass) returns void language plpgsql as $$
begin
  execute format('alter table %s enable row level security, force row level security', protected);
  execute format('create policy tenant_door on %s using (tenant_id = (select hub_tenant())) with check (tenant_id = (select hub_tenant()))', protected);
  execute format('create policy system_door on %s using ((select hub_is_system())) with check ((select hub_is_system()))', protected);
end $$;

-- For tables that belong to the installation.
create function hub_protect_system_table(protected regclass) returns void language plpgsql as $$
begin
  execute format('alter table %s enable row level security, force row level security', protected);
  execute format('create policy system_door on %s using ((select hub_is_system())) with check ((select hub_is_system()))', protected);
end $$;

-- Tenants and people ------------------------------------------------------------------------------------------------

create table tenant (
  id uuid primary key,
  slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text not null,
  state text not null default 'active' check (state in ('active', 'suspended')),
  created_at timestamptz not null default now(),
  created_by_kind text not null,
  created_by_id text,
  updated_at timestamptz not null default now(),
  updated_by_kind text not null,
  updated_by_id text
);
alter table tenant enable row level security, force row level security;
create policy tenant_door on tenant using (id = (select hub_tenant())) with check (id = (select hub_tenant()));
create policy system_door on tenant using ((select hub_is_system())) with check ((select hub_is_system()));

-- A tenant's data keys, wrapped by the key ring. The highest number seals, all of them open.
create table tenant_key (
  tenant_id uuid not null references tenant (id) on delete cascade,
  number int not null check (number > 0),
  ring_key_id int not null,
  wrapped bytea not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, number)
);
select hub_protect_tenant_table('tenant_key');

create table person (
  id uuid primary key,
  name text not null,
  email text,
  created_at timestamptz not null default now(),
  created_by_kind text not null,
  created_by_id text
);
create unique index person_email on person (lower(email)) where email is not null;

create table member (
  id uuid primary key,
  tenant_id uuid not null references tenant (id) on delete cascade,
  person_id uuid not null references person (id),
  role text not null check (role in ('owner', 'manager', 'resident', 'guest')),
  created_at timestamptz not null default now(),
  created_by_kind text not null,
  created_by_id text,
  unique (tenant_id, person_id),
  unique (tenant_id, id)
);
create index member_person on member (person_id);
select hub_protect_tenant_table('member');

-- A person may belong to several tenants: a tenant reads its own members and changes none of them.
alter table person enable row level security, force row level security;
create policy tenant_door on person for select
  using (exists (select 1 from member where member.person_id = person.id and member.tenant_id = (select hub_tenant())));
create policy system_door on person using ((select hub_is_system())) with check ((select hub_is_system()));

-- Homes -------------------------------------------------------------------------------------------------------------

create table home (
  id uuid primary key,
  tenant_id uuid not null references tenant (id) on delete cascade,
  slug text not null check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text not null,
  tags text[] not null default '{}',
  country text,
  region text,
  time_zone text,
  note text,
  customer_reference text,
  -- Home Assistant's own id; unknown until first linked.
  instance_id text,
  is_simulated boolean not null default false,
  ceiling text not null default 'destroy'
    check (ceiling in ('read', 'control', 'configure', 'secure', 'system', 'destroy')),
  created_at timestamptz not null default now(),
  created_by_kind text not null,
  created_by_id text,
  updated_at timestamptz not null default now(),
  updated_by_kind text not null,
  updated_by_id text,
  unique (tenant_id, id),
  unique (tenant_id, slug),
  unique (tenant_id, instance_id)
);
create index home_tags on home using gin (tags);
select hub_protect_tenant_table('home');

-- How a home is reached. What must be listed stands in plain columns; every secret is inside `sealed_secrets`.
create table home_link (
  home_id uuid primary key,
  tenant_id uuid not null,
  kind text not null default 'direct' check (kind in ('direct', 'tunnel')),
  url text,
  -- The URL in one canonical spelling, so that the same address is the same home.
  url_key text,
  credential_kind text not null check (credential_kind in ('long_lived_token', 'oauth', 'none')),
  credential_created_at timestamptz,
  credential_expires_at timestamptz,
  has_client_certificate boolean not null default false,
  has_extra_ca boolean not null default false,
  has_pinned_key boolean not null default false,
  header_names text[] not null default '{}',
  sealed_secrets bytea not null,
  updated_at timestamptz not null default now(),
  updated_by_kind text not null,
  updated_by_id text,
  foreign key (tenant_id, home_id) references home (tenant_id, id) on delete cascade,
  unique (tenant_id, url_key)
);
select hub_protect_tenant_table('home_link');

create table home_status (
  home_id uuid primary key,
  tenant_id uuid not null,
  state text not null check (state in ('offline', 'starting', 'running', 'reauth_required', 'banned')),
  ha_version text,
  is_admin boolean,
  location_name text,
  last_seen_at timestamptz,
  fault_code text,
  fault_message text,
  checked_at timestamptz not null default now(),
  foreign key (tenant_id, home_id) references home (tenant_id, id) on delete cascade
);
select hub_protect_tenant_table('home_status');

-- Connectors --------------------------------------------------------------------------------------------------------

create table connector (
  id uuid primary key,
  tenant_id uuid not null references tenant (id) on delete cascade,
  member_id uuid not null,
  name text not null,
  ceiling text not null check (ceiling in ('read', 'control', 'configure', 'secure', 'system', 'destroy')),
  -- all homes, those in connector_home, or those that bear one of home_tags
  home_scope text not null check (home_scope in ('all', 'list', 'tags')),
  home_tags text[] not null default '{}',
  settings jsonb not null default '{}',
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  created_at timestamptz not null default now(),
  created_by_kind text not null,
  created_by_id text,
  updated_at timestamptz not null default now(),
  updated_by_kind text not null,
  updated_by_id text,
  foreign key (tenant_id, member_id) references member (tenant_id, id),
  unique (tenant_id, id)
);
-- A revoked connector gives its name free.
create unique index connector_name on connector (tenant_id, name) where revoked_at is null;
create index connector_member on connector (tenant_id, member_id);
select hub_protect_tenant_table('connector');

create table connector_home (
  tenant_id uuid not null,
  connector_id uuid not null,
  home_id uuid not null,
  primary key (connector_id, home_id),
  foreign key (tenant_id, connector_id) references connector (tenant_id, id) on delete cascade,
  foreign key (tenant_id, home_id) references home (tenant_id, id) on delete cascade
);
create index connector_home_home on connector_home (tenant_id, home_id);
select hub_protect_tenant_table('connector_home');

create table credential (
  id uuid primary key,
  tenant_id uuid not null,
  connector_id uuid not null,
  kind text not null check (kind in ('secret_url', 'oauth_grant')),
  -- SHA-256; the secret itself is stored nowhere.
  secret_hash bytea not null unique check (length(secret_hash) = 32),
  expires_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null default now(),
  created_by_kind text not null,
  created_by_id text,
  foreign key (tenant_id, connector_id) references connector (tenant_id, id) on delete cascade
);
create index credential_connector on credential (tenant_id, connector_id);
select hub_protect_tenant_table('credential');

-- Edits -------------------------------------------------------------------------------------------------------------

-- Compressed, then sealed; stored once per tenant by a keyed digest of its content.
create table blob (
  tenant_id uuid not null references tenant (id) on delete cascade,
  digest bytea not null check (length(digest) = 32),
  sealed bytea not null,
  size_bytes int not null,
  created_at timestamptz not null default now(),
  -- Last time an edit took it up: a blob just taken up is not swept, whoever looks.
  used_at timestamptz not null default now(),
  primary key (tenant_id, digest)
);
select hub_protect_tenant_table('blob');

-- Homes and connectors may go; their edits stay, so there is no foreign key to them.
create table edit (
  id uuid primary key,
  tenant_id uuid not null references tenant (id) on delete cascade,
  home_id uuid not null,
  connector_id uuid,
  call_id text not null,
  kind text not null,
  item_id text not null,
  tool text not null,
  state text not null default 'intent' check (state in ('intent', 'done', 'failed', 'unknown')),
  -- null: the item was not there
  before_digest bytea,
  after_digest bytea,
  fault_code text,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  actor_kind text not null,
  actor_id text,
  foreign key (tenant_id, before_digest) references blob (tenant_id, digest),
  foreign key (tenant_id, after_digest) references blob (tenant_id, digest)
);
create index edit_home on edit (tenant_id, home_id, id desc);
create index edit_item on edit (tenant_id, home_id, kind, item_id, id desc);
create index edit_before on edit (tenant_id, before_digest);
create index edit_after on edit (tenant_id, after_digest);
create index edit_unfinished on edit (created_at) where state = 'intent';
select hub_protect_tenant_table('edit');

-- Audit -------------------------------------------------------------------------------------------------------------

-- A stored write has two rows with one call id: intent (before it leaves) and outcome. Reads and control have one: call.
create table audit (
  id uuid primary key,
  tenant_id uuid not null references tenant (id) on delete cascade,
  call_id text not null,
  phase text not null check (phase in ('intent', 'outcome', 'call')),
  home_id uuid,
  connector_id uuid,
  actor_kind text not null,
  actor_id text,
  tool text not null,
  effect text not null check (effect in ('read', 'control', 'configure', 'secure', 'system', 'destroy')),
  decision text not null check (decision in ('allow', 'deny', 'ask')),
  args_summary jsonb,
  args_digest text,
  outcome text check (outcome in ('done', 'failed', 'refused', 'cancelled', 'unknown')),
  fault_code text,
  duration_ms double precision,
  at timestamptz not null default now(),
  replica_id uuid,
  -- Counts within one run of a replica: a gap shows a lost row.
  seq bigint,
  check ((phase = 'intent') = (outcome is null)),
  unique (tenant_id, call_id, phase)
);
create index audit_at on audit (tenant_id, at desc, id desc);
create index audit_home on audit (tenant_id, home_id, at desc);
create index audit_connector on audit (tenant_id, connector_id, at desc);
select hub_protect_tenant_table('audit');

create table approval (
  id uuid primary key,
  tenant_id uuid not null references tenant (id) on delete cascade,
  connector_id uuid not null,
  tool text not null,
  home_ids uuid[] not null,
  effect text not null check (effect in ('read', 'control', 'configure', 'secure', 'system', 'destroy')),
  title text not null,
  reason text not null,
  -- What is allowed is bound to these: the canonical arguments, each item as it was, the policy as it was.
  args_digest text not null,
  item_hashes jsonb not null default '{}',
  policy_version bigint not null default 0,
  state text not null default 'pending' check (state in ('pending', 'allowed', 'denied', 'used', 'expired')),
  asked_by_kind text not null,
  asked_by_id text,
  decided_by_kind text,
  decided_by_id text,
  created_at timestamptz not null default now(),
  decided_at timestamptz,
  used_at timestamptz,
  expires_at timestamptz not null,
  foreign key (tenant_id, connector_id) references connector (tenant_id, id) on delete cascade
);
create index approval_pending on approval (tenant_id, connector_id) where state = 'pending';
select hub_protect_tenant_table('approval');

-- What replicas share -----------------------------------------------------------------------------------------------

-- Written in the transaction of every change to a tenant, member, home, connector or credential.
-- Ids follow the order of insertion and not of commit; `xid` lets a reader miss none (packages/db/src/changes.ts).
create table change (
  id bigserial primary key,
  xid xid8 not null default pg_current_xact_id(),
  tenant_id uuid not null,
  kind text not null check (kind in ('tenant', 'member', 'home', 'connector', 'credential')),
  row_id uuid not null,
  at timestamptz not null default now()
);
create index change_xid on change (xid);
create index change_at on change (at);
select hub_protect_tenant_table('change');

create sequence replica_epoch;
create table replica (
  id uuid primary key,
  address text not null,
  -- Without a bus between replicas a hub must be the only one on its database.
  is_alone boolean not null,
  epoch bigint not null default nextval('replica_epoch'),
  lease_until timestamptz not null,
  started_at timestamptz not null default now()
);
select hub_protect_system_table('replica');

create table installation (
  is_only boolean primary key default true check (is_only),
  id uuid not null,
  -- Sealed by the key ring: a ring that cannot open it belongs to another installation.
  canary bytea not null,
  canary_key_id int not null,
  created_at timestamptz not null default now()
);
select hub_protect_system_table('installation');
