"""Delete when each second factor was last used; nothing stores it any more."""

from __future__ import annotations

from django.db import migrations

FORGET = "UPDATE mfa_authenticator SET last_used_at = NULL WHERE last_used_at IS NOT NULL"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_remove_old_credential_slots")]

    operations = [migrations.RunSQL(FORGET, migrations.RunSQL.noop)]
