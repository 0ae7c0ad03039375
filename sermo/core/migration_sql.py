"""Properties of tables that Django's migrations cannot express, as operations for them."""

from __future__ import annotations

from django.db import migrations

# 48 random bits of a version 4 UUID: every client can hold such a number exactly.
RANDOM_ID = "('x' || left(replace(gen_random_uuid()::text, '-', ''), 12))::bit(48)::bigint"


def random_ids(table: str) -> migrations.RunSQL:
    """Number the rows at random, because a sequence tells the order in which people acted."""
    return migrations.RunSQL(
        [
            f"ALTER TABLE {table} ALTER COLUMN id TYPE bigint, "
            "ALTER COLUMN id DROP IDENTITY IF EXISTS",
            f"ALTER TABLE {table} ALTER COLUMN id SET DEFAULT {RANDOM_ID}",
        ],
        migrations.RunSQL.noop,
    )


def fill_factor(table: str, percent: int) -> migrations.RunSQL:
    """Leave room on each page for the next version of a row that changes often."""
    return migrations.RunSQL(
        f"ALTER TABLE {table} SET (fillfactor = {percent})", migrations.RunSQL.noop
    )


def append_only(table: str, model_name: str) -> migrations.RunSQL:
    """Let the database refuse to change or delete a row. Routed like the model."""
    return migrations.RunSQL(
        f"""
        CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'the record is append-only'; END $$;
        CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION {table}_append_only();
        """,
        f"DROP TRIGGER {table}_append_only ON {table}; DROP FUNCTION {table}_append_only();",
        hints={"model_name": model_name},
    )
