"""Coarse times: what each function returns, and that no other module cuts a time by hand."""

from __future__ import annotations

import ast
import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from sermo.core import coarse

UTC = dt.UTC
# 13:45 ahead of UTC in January: 1 January 09:41 there is 31 December in UTC.
CHATHAM = ZoneInfo("Pacific/Chatham")
THURSDAY = dt.datetime(2026, 1, 1, 9, 41, 37, 123456, tzinfo=UTC)
ZONES = [UTC, CHATHAM, ZoneInfo("America/New_York")]

APPS = ("accounts", "cases", "polls", "sermo", "verification")
COARSE = "sermo/core/coarse.py"
TIME_OF_DAY = {"hour", "minute", "second", "microsecond"}


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (coarse.to_minute, dt.datetime(2026, 1, 1, 9, 41, tzinfo=UTC)),
        (coarse.to_mark, dt.datetime(2026, 1, 1, 9, 40, tzinfo=UTC)),
        (coarse.to_hour, dt.datetime(2026, 1, 1, 9, tzinfo=UTC)),
        (coarse.to_day, dt.datetime(2026, 1, 1, tzinfo=UTC)),
        (coarse.to_week, dt.datetime(2025, 12, 29, tzinfo=UTC)),
        (coarse.to_month, dt.datetime(2026, 1, 1, tzinfo=UTC)),
    ],
)
def test_datetime_is_rounded_down_in_its_own_time_zone(
    function: Callable[[dt.datetime], dt.datetime], expected: dt.datetime, zone: dt.tzinfo
) -> None:
    result = function(THURSDAY.replace(tzinfo=zone))

    assert result == expected.replace(tzinfo=zone)
    assert result.tzinfo is zone


@pytest.mark.parametrize(
    ("day", "monday", "first"),
    [
        (dt.date(2026, 1, 1), dt.date(2025, 12, 29), dt.date(2026, 1, 1)),
        (dt.date(2024, 2, 29), dt.date(2024, 2, 26), dt.date(2024, 2, 1)),
        (dt.date(2026, 11, 30), dt.date(2026, 11, 30), dt.date(2026, 11, 1)),
        (dt.date(2026, 11, 29), dt.date(2026, 11, 23), dt.date(2026, 11, 1)),
    ],
)
def test_date_is_rounded_down_to_its_week_and_month(
    day: dt.date, monday: dt.date, first: dt.date
) -> None:
    assert coarse.to_week(day) == monday
    assert coarse.to_month(day) == first
    assert type(coarse.to_week(day)) is type(coarse.to_month(day)) is dt.date


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [(5, "09:45"), (20, "10:00"), (30, "10:00"), (60, "10:00")],
)
def test_the_next_mark_is_later_and_a_multiple_of_the_minutes(minutes: int, expected: str) -> None:
    assert f"{coarse.next_mark(THURSDAY, minutes):%H:%M:%S.%f}" == f"{expected}:00.000000"


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (dt.date(2026, 1, 31), dt.date(2025, 12, 1)),
        (dt.date(2024, 3, 31), dt.date(2024, 2, 1)),
        (dt.date(2026, 12, 1), dt.date(2026, 11, 1)),
    ],
)
def test_previous_month(day: dt.date, expected: dt.date) -> None:
    assert coarse.previous_month(day) == expected


@pytest.mark.parametrize(
    "function",
    [
        coarse.to_minute,
        coarse.to_mark,
        coarse.to_hour,
        coarse.to_day,
        coarse.to_week,
        coarse.to_month,
    ],
)
def test_a_coarse_datetime_stays_as_it_is(function: Callable[[dt.datetime], dt.datetime]) -> None:
    rounded = function(THURSDAY.replace(tzinfo=CHATHAM))

    assert function(rounded) == rounded


def cuts_by_hand(tree: ast.AST) -> Iterator[int]:
    """The line of each expression that cuts a time without `sermo.core.coarse`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.expr) and (_replaces_time(node) or _subtracts_weekday(node)):
            yield node.lineno


def _replaces_time(node: ast.AST) -> bool:
    """`x.replace(minute=…)`, or of hour, second or microsecond, or `x.replace(day=1)`."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    return node.func.attr == "replace" and any(
        keyword.arg in TIME_OF_DAY or (keyword.arg == "day" and ast.unparse(keyword.value) == "1")
        for keyword in node.keywords
    )


def _subtracts_weekday(node: ast.AST) -> bool:
    """`x - timedelta(days=y.weekday())` with or without `days=`; `isoweekday` too."""
    return (
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Sub)
        and isinstance(node.right, ast.Call)
        and any(
            isinstance(part, ast.Attribute) and part.attr in {"weekday", "isoweekday"}
            for part in ast.walk(node.right)
        )
    )


def test_no_other_module_cuts_a_time_by_hand() -> None:
    root = Path(settings.BASE_DIR)
    cuts = [
        f"{path.relative_to(root)}:{line}"
        for app in APPS
        for path in sorted((root / app).rglob("*.py"))
        if "migrations" not in path.parts and path != root / COARSE
        for line in cuts_by_hand(ast.parse(path.read_text()))
    ]

    assert cuts == []


def test_the_functions_themselves_are_recognised() -> None:
    """If the rules above no longer match these functions, they match nothing."""
    tree = ast.parse((Path(settings.BASE_DIR) / COARSE).read_text())

    assert len(list(cuts_by_hand(tree))) == 6


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("now.replace(minute=0, second=0, microsecond=0)", True),
        ("timezone.localdate().replace(day=1)", True),
        ("day - dt.timedelta(days=day.weekday())", True),
        ("day - timedelta(day.isoweekday() - 1)", True),
        ("now.replace(tzinfo=UTC)", False),
        ("text.replace('a', 'b')", False),
        ("day - dt.timedelta(days=7)", False),
        ("coarse.to_hour(now)", False),
    ],
)
def test_cuts_are_recognised(source: str, expected: bool) -> None:
    assert bool(list(cuts_by_hand(ast.parse(source)))) is expected
