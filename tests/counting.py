"""How many statements a request costs, in both stores; the transactions of the tests left out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from django.test.utils import CaptureQueriesContext

_NOT_COUNTED = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK", "BEGIN", "COMMIT")


class Statements(list[str]):
    """The SQL of one block, in order of the stores."""


@contextmanager
def statements() -> Iterator[Statements]:
    """Filled when the block ends."""
    seen = Statements()
    with (
        CaptureQueriesContext(connections["default"]) as community,
        CaptureQueriesContext(connections["identity"]) as identity,
    ):
        yield seen
    for one in (*identity.captured_queries, *community.captured_queries):
        if not one["sql"].startswith(_NOT_COUNTED):
            seen.append(one["sql"])
