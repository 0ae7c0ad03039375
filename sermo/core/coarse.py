"""Rounds times down before they are stored or shown, so that they reveal less about a person.

The promise of anonymity depends on these functions (docs/design/anonymity.md, coarse times). No
other module may round a time by hand: `tests/core/test_coarse.py` fails if one does.

Each function keeps the time zone of its argument. A naive datetime stays naive.
"""

from __future__ import annotations

import datetime as dt
from typing import TypeVar

Moment = TypeVar("Moment", dt.date, dt.datetime)

# Anonymous posts appear at marks that lie a multiple of this apart.
MARK_GRID_MINUTES = 5


def to_minute(moment: dt.datetime) -> dt.datetime:
    """The beginning of the minute."""
    return moment.replace(second=0, microsecond=0)


def to_mark(moment: dt.datetime, minutes: int = MARK_GRID_MINUTES) -> dt.datetime:
    """The last mark up to the moment. Marks lie `minutes` apart, which must divide an hour."""
    return moment.replace(minute=moment.minute - moment.minute % minutes, second=0, microsecond=0)


def next_mark(moment: dt.datetime, minutes: int) -> dt.datetime:
    """The first mark after the moment. Marks lie `minutes` apart, which must divide an hour."""
    return to_mark(moment, minutes) + dt.timedelta(minutes=minutes)


def to_hour(moment: dt.datetime) -> dt.datetime:
    """The beginning of the hour."""
    return moment.replace(minute=0, second=0, microsecond=0)


def to_day(moment: dt.datetime) -> dt.datetime:
    """Midnight of the same day."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def to_week(moment: Moment) -> Moment:
    """The Monday of the same week; a datetime becomes its midnight."""
    day = to_day(moment) if isinstance(moment, dt.datetime) else moment
    return day - dt.timedelta(days=day.weekday())


def to_month(moment: Moment) -> Moment:
    """The first day of the same month; a datetime becomes its midnight."""
    day = to_day(moment) if isinstance(moment, dt.datetime) else moment
    return day.replace(day=1)


def previous_month(month: dt.date) -> dt.date:
    """The first day of the month before the one that holds this day."""
    return to_month(to_month(month) - dt.timedelta(days=1))
