-- oldest code: 1
--
-- Apart from the columns, so that hubs which serve meanwhile wait for the first lock no longer than a moment.

create index audit_stored on audit (tenant_id, stored_at) where stored_at is not null;
