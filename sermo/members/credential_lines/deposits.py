"""Deposits: that somebody showed a credential line this week, and what is exactly true of them.

    act       -> volatile Redis: pseudonym of the week, week, facts encrypted to the INNER key
    each night -> `ShownLine`: all that waits, in random order, filled up with rows of nobody

The row is not written by the act: it would mark the first act of each week, and a member whose
first named post of a week has no such row would have written one of the anonymous posts before it.
For the same reason nobody may count how many members acted first on one day (decision 0027).
"""

from __future__ import annotations

import datetime as dt
import logging
import secrets
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TypeVar

from django.db import connections, transaction
from redis.exceptions import RedisError

from sermo.core import crypto
from sermo.core.keys import KeyName
from sermo.core.redis import connection
from sermo.members.credential_lines.k_anonymity import MemberFacts
from sermo.members.models import LineTally, ShownLine
from sermo.members.pseudonyms import PSEUDONYM_BYTES

log = logging.getLogger(__name__)

# A hash in the volatile Redis, field to value: locator to week (four bytes) and ciphertext.
PENDING = "shown-lines"
PENDING_SECONDS = 8 * 86_400
WEEK_BYTES = 4
PADDED_FACTS_BYTES = 64
# The rows of a week grow by a multiple of this number each night, whoever acted.
ROWS_STEP = 64
CHUNK_ROWS = 2000
NOBODY = MemberFacts("", "", "")

# Locator, week, ciphertext.
Row = tuple[bytes, dt.date, bytes]
Item = TypeVar("Item")
_INSERT = """
INSERT INTO members_shownline (locator, week, ciphertext)
SELECT * FROM unnest(%s::bytea[], %s::date[], %s::bytea[])
ON CONFLICT DO NOTHING
"""


def encrypt_facts(facts: MemberFacts) -> bytes:
    """The facts, padded and encrypted to the INNER key."""
    padded = crypto.pad("\n".join(facts).encode(), PADDED_FACTS_BYTES)
    return crypto.encrypt_to_public_key(KeyName.INNER_PUBLIC, padded)


def decrypt_facts(ciphertext: bytes) -> MemberFacts:
    """In the sealed worker only. Raises `DecryptionError`; elsewhere `MissingKeyError`."""
    padded = crypto.decrypt_with_private_key(KeyName.INNER_PRIVATE, ciphertext)
    return MemberFacts(*crypto.unpad(padded).decode().split("\n"))


def leave_deposit(*, locator: bytes, week: dt.date, facts: MemberFacts) -> None:
    """Keep the deposit in Redis until the night; the first of a member's in a week counts.

    Without Redis the deposit is lost, and one member fewer counts.
    """
    redis = connection()
    try:
        if not redis.hexists(PENDING, locator):
            redis.hsetnx(PENDING, locator, pack(week, encrypt_facts(facts)))
            redis.expire(PENDING, PENDING_SECONDS)
    except RedisError:
        log.warning("Redis unreachable; a shown line is not counted")


def store_pending_deposits(*, this_week: dt.date, oldest_week: dt.date) -> int:
    """Nightly: move what waits in Redis to the database, with rows of nobody; how many moved.

    Deposits of a week that is counted already, or too old to count, are dropped.
    """
    pending = dict(_read_pending())
    counted = set(LineTally.objects.values_list("week", flat=True))
    new: dict[dt.date, list[Row]] = defaultdict(list)
    with transaction.atomic():
        stored = _stored(list(pending))
        for locator, (week, ciphertext) in pending.items():
            if locator not in stored and week not in counted and week >= oldest_week:
                new[week].append((locator, week, ciphertext))
        filled = (
            (*new[week], *_rows_of_nobody(week, len(new[week]))) for week in {this_week, *new}
        )
        _insert(sorted(chain.from_iterable(filled)))
    for chunk in _chunks(list(pending)):
        connection().hdel(PENDING, *chunk)
    return len(pending)


def _insert(rows: Sequence[Row]) -> None:
    """Insert in this order; a row that somebody else has inserted stays."""
    with connections[ShownLine.objects.db].cursor() as cursor:
        for chunk in _chunks(rows):
            cursor.execute(_INSERT, [list(column) for column in zip(*chunk, strict=True)])


def _rows_of_nobody(week: dt.date, n_new: int) -> Iterator[Row]:
    """Rows that fill the night up to a multiple of the step; at least to one step."""
    n_rows = ROWS_STEP * (1 + (n_new + secrets.randbelow(ROWS_STEP)) // ROWS_STEP)
    for _ in range(n_rows - n_new):
        yield secrets.token_bytes(PSEUDONYM_BYTES), week, encrypt_facts(NOBODY)


def _stored(locators: Sequence[bytes]) -> set[bytes]:
    """Those that were stored on an earlier night of the week."""
    return {
        bytes(locator)
        for chunk in _chunks(locators)
        for locator in ShownLine.objects.filter(locator__in=chunk)
        .order_by()
        .values_list("locator", flat=True)
    }


def _chunks(rows: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(rows), CHUNK_ROWS):
        yield rows[start : start + CHUNK_ROWS]


def _read_pending() -> Iterator[tuple[bytes, tuple[dt.date, bytes]]]:
    for locator, value in connection().hscan_iter(PENDING, count=CHUNK_ROWS):
        week = dt.date.fromordinal(int.from_bytes(value[:WEEK_BYTES], "big"))
        yield locator, (week, value[WEEK_BYTES:])


def pack(week: dt.date, ciphertext: bytes) -> bytes:
    """A deposit as it waits in Redis."""
    return week.toordinal().to_bytes(WEEK_BYTES, "big") + ciphertext
