"""Cursors for pages of a list: the sort value and key of a row as a short text."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


class InvalidCursor(ValueError):
    """The text is not a cursor of this sort order."""


@dataclass(frozen=True)
class Cursor:
    """The sort value of a row, and its key, which decides between equal values."""

    value: dt.datetime | float
    key: UUID


def encode_cursor(value: dt.datetime | float, key: UUID) -> str:
    """Times are written in microseconds since 1970, numbers with all their digits."""
    number = (
        str((value - _EPOCH) // _MICROSECOND) if isinstance(value, dt.datetime) else repr(value)
    )
    return f"{number}_{key.hex}"


def decode_cursor(text: str, *, is_time: bool) -> Cursor:
    """Raises `InvalidCursor`."""
    number, _, key = text.partition("_")
    try:
        value = _EPOCH + int(number) * _MICROSECOND if is_time else float(number)
        cursor = Cursor(value, UUID(hex=key))
    except (ValueError, OverflowError):
        raise InvalidCursor from None
    if cursor.value != cursor.value:  # NaN
        raise InvalidCursor
    return cursor
