-- oldest code: 1
--
-- Work over many homes: what a job was judged by, homes that fleet writes leave alone, and plans that are good for one write.

-- Judged again at every claim. Null: started by the operator, or by older code.
alter table job add column effect text
  check (effect in ('read', 'control', 'configure', 'secure', 'system', 'destroy'));

alter table home add column is_pinned boolean not null default false;

create table fleet_plan (
  id uuid primary key,
  tenant_id uuid not null references tenant (id) on delete cascade,
  -- Whoever saw the plan is who may run it.
  connector_id uuid not null,
  -- Of tool, arguments, choice of homes and order of work, as they were parsed.
  request_digest text not null,
  -- Homes in rings, as ids: what was shown is what is run.
  rings jsonb not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  -- It is good for one run.
  used_at timestamptz
);
create index fleet_plan_expiry on fleet_plan (tenant_id, expires_at);
select hub_protect_tenant_table('fleet_plan');
