"""The nightly renewal of columns that change when a person acts, such as the password's hash.

All rows are encrypted again, so that copies of two nights do not show whose password has changed.
"""

from __future__ import annotations

import logging
import uuid

from django.db import connections, transaction

from accounts.models.fields import decrypt_renewed, encrypt_renewed
from sermo.core.crypto import DecryptionError
from sermo.routers import IDENTITY

log = logging.getLogger(__name__)
CHUNK_USERS = 1000
# As the columns are stored: their fields would decrypt and encrypt each value.
_NEXT_CHUNK = """
SELECT id, password, session_salt FROM accounts_user
 WHERE id > %s ORDER BY id LIMIT %s FOR UPDATE
"""
_RENEW = """
UPDATE accounts_user SET password = renewed.password, session_salt = renewed.session_salt
  FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS renewed (id, password, session_salt)
 WHERE accounts_user.id = renewed.id
"""


def renew_user_columns() -> int:
    """Encrypt password hash and session salt of every user again; how many users.

    Each chunk has its own transaction; who changes a password meanwhile waits for one chunk.
    """
    n_renewed, last = 0, uuid.UUID(int=0)
    while chunk := _renew_chunk(last):
        n_renewed, last = n_renewed + len(chunk), chunk[-1]
    return n_renewed


def _renew_value(column: str) -> str:
    """A value that does not decrypt stays as it is, so that it stops nobody else's."""
    try:
        return encrypt_renewed(decrypt_renewed(column))
    except DecryptionError:
        log.error("a column of a user cannot be decrypted and was left")
        return column


@transaction.atomic(using=IDENTITY)
def _renew_chunk(last: uuid.UUID) -> list[uuid.UUID]:
    """The next users by id, which is random."""
    with connections[IDENTITY].cursor() as cursor:
        cursor.execute(_NEXT_CHUNK, [last, CHUNK_USERS])
        rows = cursor.fetchall()
        ids = [row[0] for row in rows]
        passwords, salts = ([_renew_value(row[column]) for row in rows] for column in (1, 2))
        cursor.execute(_RENEW, [ids, passwords, salts])
    return ids
