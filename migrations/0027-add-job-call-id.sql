-- oldest code: 1
--
-- Which call began a job, by the id that its rows of the trail bear: whoever lost the answer of the call finds what it goes on as.

alter table job add column call_id text;
create index job_call_id on job (tenant_id, call_id) where call_id is not null;
