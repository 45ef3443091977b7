-- oldest code: 1
--
-- When changes at homes may begin, such as 'weekdays 02:00-05:00' by the clock of each home. None: always.

alter table tenant add column maintenance_windows text[] not null default '{}';

-- Null: those of the tenant.
alter table home add column maintenance_windows text[];
