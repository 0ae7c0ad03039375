"""Locks of PostgreSQL that a process holds longer than one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections


@contextmanager
def exclusive(name: str, *, using: str = "default") -> Iterator[bool]:
    """Whether this process has the lock of this name in the block. It never waits.

    The lock ends with the block or with the connection, whichever is first.
    """
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [name])
        held = bool(cursor.fetchone()[0])
    try:
        yield held
    finally:
        if held:
            with connections[using].cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])


def lock_until_commit(name: str, *, using: str = "default") -> None:
    """Wait for the lock of this name; the caller's transaction has it until it ends.

    Unlike the lock of a row it writes nothing.
    """
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
