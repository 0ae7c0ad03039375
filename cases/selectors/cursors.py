"""Pages by cursor: the place of a row as text, short enough for an address."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


class InvalidCursor(ValueError):
    """The text is no cursor of this order."""


@dataclass(frozen=True)
class Cursor:
    """The sort value of a row, and its key as tie-break."""

    value: dt.datetime | float
    key: UUID


def encode_cursor(value: dt.datetime | float, key: UUID) -> str:
    """Times in microseconds since 1970, other values with all their digits."""
    number = (
        str((value - _EPOCH) // _MICROSECOND) if isinstance(value, dt.datetime) else repr(value)
    )
    return f"{number}_{key.hex}"


def decode_cursor(text: str, *, is_time: bool) -> Cursor:
    """Raises `BadCursor`."""
    number, _, key = text.partition("_")
    try:
        value = _EPOCH + int(number) * _MICROSECOND if is_time else float(number)
        cursor = Cursor(value, UUID(hex=key))
    except (ValueError, OverflowError):
        raise InvalidCursor from None
    if cursor.value != cursor.value:  # not a number
        raise InvalidCursor
    return cursor
