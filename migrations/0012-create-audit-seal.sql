-- oldest code: 1
--
-- Seals over the audit trail, each hashing the rows of its hours and the seal before it; and how often a home was up on a day.

create table audit_seal (
  tenant_id uuid not null references tenant (id) on delete cascade,
  number int not null check (number > 0),
  -- Covers what happened from the seal before until here.
  until timestamptz not null,
  row_count int not null,
  digest bytea not null check (length(digest) = 32),
  -- Over the chain before, number, end, count and digest.
  chain bytea not null check (length(chain) = 32),
  -- Its rows were removed by age; the seal stays, so that the chain does.
  dropped_at timestamptz,
  primary key (tenant_id, number)
);
select hub_protect_tenant_table('audit_seal');

create table home_day (
  home_id uuid not null,
  tenant_id uuid not null,
  day date not null,
  looks int not null,
  running int not null,
  primary key (home_id, day),
  foreign key (tenant_id, home_id) references home (tenant_id, id) on delete cascade
);
select hub_protect_tenant_table('home_day');
