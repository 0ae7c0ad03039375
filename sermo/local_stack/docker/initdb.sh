#!/bin/sh
# Runs once, when the volume is empty: two databases and two roles; a role can connect only to its
# own database.
set -eu
psql -v ON_ERROR_STOP=1 -v community="$COMMUNITY_PASSWORD" -v identity="$IDENTITY_PASSWORD" \
     -U "$POSTGRES_USER" -d postgres <<'SQL'
CREATE ROLE sermo_community LOGIN PASSWORD :'community';
CREATE ROLE sermo_identity LOGIN PASSWORD :'identity';
CREATE DATABASE sermo_community OWNER sermo_community;
CREATE DATABASE sermo_identity OWNER sermo_identity;
REVOKE CONNECT, TEMPORARY ON DATABASE sermo_community, sermo_identity, postgres, template1 FROM PUBLIC;
\connect sermo_community
CREATE EXTENSION vector;
SQL
