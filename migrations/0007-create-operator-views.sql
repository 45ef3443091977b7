-- oldest code: 1
--
-- What the operator's dashboards may read, and all of it: names of homes and how they are, no address, token, argument or result.
-- A view obeys the row-level security of its owner's tables: it shows every tenant only to a role whose sessions open the system
-- door (grafana/read-only-role.sql), and that role may read nothing but these views.

create view home_overview with (security_barrier) as
select tenant.slug as tenant, home.name as home, home.id as home_id, home_status.state, home_status.ha_version,
  home_status.fault_code, home_status.last_seen_at, home_status.checked_at
from home
join tenant on tenant.id = home.tenant_id
left join home_status on home_status.home_id = home.id;

create view job_overview with (security_barrier) as
select job.id as job_id, tenant.slug as tenant, home.name as home, job.home_id, job.kind, job.state, job.attempt,
  job.error ->> 'code' as error_code, job.created_at, job.run_at, job.started_at, job.finished_at
from job
join tenant on tenant.id = job.tenant_id
left join home on home.id = job.home_id;
