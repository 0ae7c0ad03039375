"""allauth numbers its rows in the order people came; random numbers tell no order."""

from __future__ import annotations

from django.db import migrations

# 48 random bits of a version 4 UUID: what every client can hold as an exact number.
RANDOM = "('x' || left(replace(gen_random_uuid()::text, '-', ''), 12))::bit(48)::bigint"
TABLES = ("account_emailaddress", "mfa_authenticator")


def _operation(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"ALTER TABLE {table} ALTER COLUMN id TYPE bigint, "
        "ALTER COLUMN id DROP IDENTITY IF EXISTS;"
        f"ALTER TABLE {table} ALTER COLUMN id SET DEFAULT {RANDOM};",
        migrations.RunSQL.noop,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [_operation(table) for table in TABLES]
