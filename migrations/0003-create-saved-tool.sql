-- oldest code: 1
--
-- Programs that a connector's model wrote and kept. One belongs to its connector: what one person's model saved never runs with
-- another's rights.

create table saved_tool (
  tenant_id uuid not null,
  connector_id uuid not null,
  name text not null check (name ~ '^[a-z][a-z0-9_]{0,63}$'),
  justification text not null,
  -- The program, sealed: it may hold what was said about the home.
  sealed bytea not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, connector_id, name),
  foreign key (tenant_id, connector_id) references connector (tenant_id, id) on delete cascade
);
select hub_protect_tenant_table('saved_tool');
