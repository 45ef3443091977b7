-- oldest code: 1
--
-- When a row of the trail came into the database, by its clock. A replica that was cut off from it brings rows late, of hours that
-- are sealed by then. Rows from before this have none, and count as stored when their call began.

alter table audit add column stored_at timestamptz;
alter table audit alter column stored_at set default now();
create index audit_stored on audit (tenant_id, (coalesce(stored_at, at)));
