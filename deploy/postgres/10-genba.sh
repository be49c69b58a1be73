#!/bin/sh
# Runs once in the container of compose.yaml, when its data folder is new.
set -eu
psql --username "$POSTGRES_USER" --dbname postgres \
    --set password="$(cat /run/secrets/database_password)" --file /opt/genba/init.sql
