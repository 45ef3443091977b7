-- oldest code: 1
--
-- When a row of the trail came into the database, by its clock: a replica that was cut off brings rows late, of hours that are sealed
-- by then. Rows from before this have none. A seal says by which of the two its rows were chosen, as older code goes on by the other.

alter table audit add column stored_at timestamptz;
alter table audit alter column stored_at set default now();
alter table audit_seal add column by_storing boolean not null default false;
