-- oldest code: 1
--
-- The clock as it was taken from Home Assistant. A home follows that one while `time_zone` is the same or none; another there is
-- what a person said. Of zones from before this nobody knows who said them: UTC, which holds where nobody says anything, is taken
-- as learnt, and all others as said.

alter table home add column learnt_time_zone text;
update home set learnt_time_zone = time_zone where time_zone = 'UTC';
