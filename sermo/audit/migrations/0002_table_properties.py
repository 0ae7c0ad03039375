"""The database refuses to change or delete an audit event."""

from __future__ import annotations

from django.db import migrations

from sermo.core.migration_sql import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
    ]

    operations = [
        append_only("audit_communityauditevent", "communityauditevent"),
        append_only("audit_identityauditevent", "identityauditevent"),
    ]
