"""A sequence numbers anonymous cases among named ones, and thanks; random numbers do not."""

from __future__ import annotations

from django.db import migrations

# 48 random bits of a version 4 UUID, as in accounts.0002: every client can hold it exactly.
RANDOM = "('x' || left(replace(gen_random_uuid()::text, '-', ''), 12))::bit(48)::bigint"
TABLES = ("cases_askedspecialty", "cases_helpful", "cases_outcome_credited")


def _operation(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        [
            f"ALTER TABLE {table} ALTER COLUMN id DROP IDENTITY IF EXISTS",
            f"ALTER TABLE {table} ALTER COLUMN id SET DEFAULT {RANDOM}",
            f"UPDATE {table} SET id = {RANDOM}",  # noqa: S608  # our own names
        ],
        migrations.RunSQL.noop,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0003_rounds"),
    ]

    operations = [_operation(table) for table in TABLES]
