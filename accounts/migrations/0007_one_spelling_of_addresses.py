"""Addresses that were stored in another spelling than `normalise_email` gives are stored in that.

Where the one spelling belongs to another account already, the address stays as it is, and the
number of such accounts is logged: an operator decides between them.
"""

from __future__ import annotations

import logging
from typing import Any

from django.db import migrations

from accounts.models.fields import decrypt_email, encrypt_email
from sermo.core.identifiers import normalise_email

log = logging.getLogger(__name__)
# Table, its key, and the column of the user.
TABLES = (("accounts_user", "id", "id"), ("account_emailaddress", "id", "user_id"))


def respell(apps: Any, schema_editor: Any) -> None:
    """Both tables of addresses. Reads and writes the columns without their fields."""
    with schema_editor.connection.cursor() as cursor:
        rows = {table: _rows(cursor, table, key, user) for table, key, user in TABLES}
        owners: dict[str, set[Any]] = {}
        for table_rows in rows.values():
            for _, user, address in table_rows:
                owners.setdefault(normalise_email(address), set()).add(user)
        stay = {user for users in owners.values() if len(users) > 1 for user in users}
        for table, key, _ in TABLES:
            for pk, user, address in rows[table]:
                if normalise_email(address) != address and user not in stay:
                    cursor.execute(
                        f"UPDATE {table} SET email = %s WHERE {key} = %s",  # noqa: S608  # names are constants of this file
                        [encrypt_email(address), pk],
                    )
    if stay:
        log.warning("%d accounts share an address in two spellings and stay as they are", len(stay))


def _rows(cursor: Any, table: str, key: str, user: str) -> list[tuple[Any, Any, str]]:
    """Key, user and address of each row."""
    cursor.execute(f"SELECT {key}, {user}, email FROM {table}")  # noqa: S608  # names are constants of this file
    return [(pk, owner, decrypt_email(column)) for pk, owner, column in cursor.fetchall()]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_renewed_columns")]

    operations = [migrations.RunPython(respell, migrations.RunPython.noop)]
