-- The database of one site: its own role, its own database, nobody else in it.
-- psql -v password="$(cat FILE)" -f init.sql postgres
\set ON_ERROR_STOP on
create role genba login nosuperuser nocreatedb nocreaterole noreplication connection limit 20 password :'password';
create database genba owner genba encoding 'UTF8' template template0;
revoke all on database genba from public;
-- An acknowledged decision has reached the disk (P36): not to be turned off by a server's default.
alter role genba in database genba set synchronous_commit = on;
alter role genba in database genba set lock_timeout = '5s';
alter role genba in database genba set idle_in_transaction_session_timeout = '60s';
