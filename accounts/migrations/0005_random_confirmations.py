"""allauth numbers letters of confirmation in the order they were asked for; now at random."""

from __future__ import annotations

from django.db import migrations

# 48 random bits of a version 4 UUID, as in 0002.
RANDOM = "('x' || left(replace(gen_random_uuid()::text, '-', ''), 12))::bit(48)::bigint"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_paused"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE account_emailconfirmation ALTER COLUMN id TYPE bigint, "
            "ALTER COLUMN id DROP IDENTITY IF EXISTS;"
            f"ALTER TABLE account_emailconfirmation ALTER COLUMN id SET DEFAULT {RANDOM};",
            migrations.RunSQL.noop,
        )
    ]
