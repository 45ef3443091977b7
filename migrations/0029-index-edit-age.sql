-- oldest code: 1
--
-- Which homes may have edits beyond a limit is asked each hour: how old edits are, without reading them all.

create index edit_age on edit (tenant_id, created_at) where state <> 'intent';
