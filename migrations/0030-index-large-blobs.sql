-- oldest code: 1
--
-- How large one item of a tenant can be; few are large. The check of a foreign key, planned while the table was empty, cannot take
-- this index for its key. Not with that of `edit` in one transaction: a write stores its blob and then its edit, and would wait in a ring.

create index blob_large on blob (tenant_id, size_bytes) where size_bytes > 16384;
