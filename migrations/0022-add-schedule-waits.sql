-- oldest code: 1
--
-- A schedule that is due and waits for a maintenance window to open: another choice of windows is looked at at once.

alter table schedule add column waits boolean not null default false;
