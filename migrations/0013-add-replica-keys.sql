-- oldest code: 1
--
-- Which keys each replica has in its ring: a new one is used only when all of them have it.

alter table replica add column ring_key_ids int[];
