"""The old tables and columns about membership; migration 0003 has moved what they held."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_credential_slots")]

    operations = [
        migrations.DeleteModel(name="CredentialSlot"),
        migrations.RemoveConstraint(model_name="user", name="accounts_user_staff_is_no_member"),
        migrations.RemoveField(model_name="user", name="membership_issued_month"),
        migrations.RemoveField(model_name="user", name="is_suspended"),
    ]
