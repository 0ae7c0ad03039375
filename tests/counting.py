"""Captures the SQL statements of a block in both databases, without transaction statements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from django.test.utils import CaptureQueriesContext

_NOT_COUNTED = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK", "BEGIN", "COMMIT")


class Statements(list[str]):
    """The SQL of a block: first the identity database, then the community database."""


@contextmanager
def statements() -> Iterator[Statements]:
    """Yields a list that is filled when the block ends."""
    captured = Statements()
    with (
        CaptureQueriesContext(connections["default"]) as community,
        CaptureQueriesContext(connections["identity"]) as identity,
    ):
        yield captured
    for query in (*identity.captured_queries, *community.captured_queries):
        if not query["sql"].startswith(_NOT_COUNTED):
            captured.append(query["sql"])
