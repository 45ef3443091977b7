-- oldest code: 1
--
-- When the last look at a home began whose outcome was kept: whoever asked for a look knows by it whether there was one since.
-- Null until a hub that writes it has looked.

alter table home_sweep add column looked_at timestamptz;
