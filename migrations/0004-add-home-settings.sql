-- oldest code: 1
--
-- What connectors take from their homes unless they say otherwise themselves.

alter table home add column settings jsonb not null default '{}';

-- Until now every connector was stored with these two, chosen or not; what says nothing shall follow its homes.
select set_config('hub.door', 'system', true);
update connector set settings = settings - 'readOnly' where settings @> '{"readOnly": false}';
update connector set settings = settings - 'disabledTools' where settings -> 'disabledTools' = '[]';
