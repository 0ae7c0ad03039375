"""The password's hash and the session salt become columns that the night encrypts again."""

from __future__ import annotations

from typing import Any

from django.db import migrations

import accounts.models.fields
import accounts.models.users


def encrypt_existing(apps: Any, schema_editor: Any) -> None:
    """Encrypt what is stored in clear. Reads and writes the columns without their fields."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT id, password, session_salt FROM accounts_user")
        rows = cursor.fetchall()
        cursor.executemany(
            "UPDATE accounts_user SET password = %s, session_salt = %s WHERE id = %s",
            [
                (
                    accounts.models.fields.encrypt_renewed(password),
                    accounts.models.fields.encrypt_renewed(salt),
                    key,
                )
                for key, password, salt in rows
            ],
        )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_forget_last_use_of_second_factors")]

    operations = [
        migrations.AlterField(
            model_name="user",
            name="password",
            field=accounts.models.fields.RenewedTextField(),
        ),
        migrations.AlterField(
            model_name="user",
            name="session_salt",
            field=accounts.models.fields.RenewedTextField(
                default=accounts.models.users.new_session_salt, editable=False
            ),
        ),
        migrations.RunPython(encrypt_existing, migrations.RunPython.noop),
    ]
