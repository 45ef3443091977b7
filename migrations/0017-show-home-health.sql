-- oldest code: 1
--
-- What the last look found, beside what was there: numbers, versions and times, nothing that a home names.
-- Columns are added at the end, so the role of the dashboards keeps its right to read the view.

create or replace view home_overview with (security_barrier) as
select tenant.slug as tenant, home.name as home, home.id as home_id, home_status.state, home_status.ha_version,
  home_status.fault_code, home_status.last_seen_at, home_status.checked_at, home_status.core_update, home_status.os_update,
  home_status.updates_pending, home_status.last_backup_at, home_status.disk_free_bytes, home_status.disk_total_bytes,
  home_status.repairs, home_status.unavailable_entities, home_status.low_batteries, home_status.certificate_expires_at,
  home_status.swept_at
from home
join tenant on tenant.id = home.tenant_id
left join home_status on home_status.home_id = home.id;
