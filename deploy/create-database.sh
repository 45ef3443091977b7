#!/bin/sh
# Run once by the PostgreSQL image on an empty volume: the hub refuses a role with the rights of a superuser.
set -eu
psql --username postgres --set password="$HUB_DATABASE_PASSWORD" <<'SQL'
create role hub login password :'password';
create database hub owner hub;
SQL
