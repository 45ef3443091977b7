-- oldest code: 1
--
-- When a tenant was last served, so that the jobs of one hold up no other's.

create index job_turn on job (tenant_id, started_at desc) where started_at is not null;
