-- oldest code: 1
--
-- Tells a database that was put back from a backup from one that went on: hubs raise the beat and remember it elsewhere.

alter table installation
  add column beat bigint not null default 0,
  add column beat_at timestamptz not null default now(),
  -- Set: hubs serve nobody and no job is claimed until somebody has looked at what came back.
  add column recovering_since timestamptz,
  add column recovery_reason text,
  -- As of when the database is that came back.
  add column recovered_to timestamptz;
