-- oldest code: 1
--
-- A job goes on with the trace of the call that enqueued it.

alter table job add column traceparent text check (length(traceparent) <= 64);
