#!/bin/sh
# Runs once on each of the two servers, when its volume is empty: the database of one store and its
# role, which can connect to no other.
set -eu
psql -v ON_ERROR_STOP=1 -v store="sermo_$STORE" -v password="$STORE_PASSWORD" \
     -U "$POSTGRES_USER" -d postgres <<'SQL'
CREATE ROLE :"store" LOGIN PASSWORD :'password';
CREATE DATABASE :"store" OWNER :"store";
REVOKE CONNECT, TEMPORARY ON DATABASE :"store", postgres, template1 FROM PUBLIC;
SQL
if [ "$STORE" = community ]; then
  psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d sermo_community -c 'CREATE EXTENSION vector'
fi
