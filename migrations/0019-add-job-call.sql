-- oldest code: 1
--
-- A call whose work goes on as a job answers later in its own words: which tool it was, and what it told the job to keep for that.

alter table job add column call jsonb;
