-- The role of Grafana's PostgreSQL data source. Run it once as an administrator in the hub's database, then give the role a password
-- (psql: \password hub_grafana). It sees the homes and jobs of all tenants by name: it is for those who run the installation.
create role hub_grafana login noinherit nosuperuser nocreatedb nocreaterole connection limit 10;
alter role hub_grafana set hub.door = 'system';
alter role hub_grafana set default_transaction_read_only = on;
alter role hub_grafana set statement_timeout = '10s';
grant select on home_overview, job_overview to hub_grafana;
