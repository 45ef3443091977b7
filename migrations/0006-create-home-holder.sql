-- oldest code: 1
--
-- Which replica has a home's one link. A row of a replica that is gone, or whose lease is over, is free to be taken.

create table home_holder (
  home_id uuid primary key references home (id) on delete cascade,
  replica_id uuid not null,
  -- Raised by every change of hands.
  epoch bigint not null default 1,
  taken_at timestamptz not null default now()
);
create index home_holder_replica on home_holder (replica_id);
select hub_protect_system_table('home_holder');
