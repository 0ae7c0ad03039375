"""Names in the Redis that writes nothing to disk: who can compute them, and for how long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import cache

from sermo.core import volatile_names
from sermo.core.redis import connection
from sermo.core.volatile_names import name_for_day, volatile_name

NOON = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def as_another_process() -> None:
    """Forget what this process has read."""
    volatile_names._last_read = volatile_names._last_read_of_day = None


@pytest.fixture(autouse=True)
def _read_again() -> Iterator[None]:
    as_another_process()
    yield
    as_another_process()


def test_every_process_gives_a_value_the_same_name() -> None:
    name = volatile_name("rate:comment:someone")

    as_another_process()

    assert volatile_name("rate:comment:someone") == name
    assert "someone" not in name


def test_names_of_two_hours_are_unrelated() -> None:
    with time_machine.travel(NOON):
        first = volatile_name("someone")
    with time_machine.travel(NOON + HOUR):
        second = volatile_name("someone")

    assert first != second


def test_name_cannot_be_computed_after_a_restart_of_the_server() -> None:
    name = volatile_name("someone")

    connection().flushdb()  # as after a restart
    as_another_process()

    assert volatile_name("someone") != name


def test_secret_is_deleted_when_it_finds_nothing_more() -> None:
    with time_machine.travel(NOON + dt.timedelta(minutes=59)):
        volatile_name("someone")

    [secret] = connection().scan_iter("names:*")

    assert 3600 < int(connection().ttl(secret)) <= 3662


def test_limit_continues_over_the_full_hour() -> None:
    before, after = NOON - dt.timedelta(seconds=20), NOON + dt.timedelta(seconds=20)
    with time_machine.travel(before):
        cache.set("attempts", 2, 3600)

    with time_machine.travel(after):
        assert cache.incr("attempts") == 3


def test_what_an_hour_named_is_not_found_two_hours_later() -> None:
    with time_machine.travel(NOON):
        cache.set("an entry", "a value", None)

    with time_machine.travel(NOON + HOUR):
        assert cache.get("an entry") == "a value"
    with time_machine.travel(NOON + 2 * HOUR):
        assert cache.get("an entry") is None


def test_name_of_a_day_is_the_same_in_all_its_hours_and_processes() -> None:
    day = int(NOON.timestamp() // 86_400)
    names = []
    for hours in (-12, 0, 11):
        as_another_process()
        with time_machine.travel(NOON + hours * HOUR):
            names.append(name_for_day("someone", day))

    assert len(set(names)) == 1
    assert name_for_day("someone", day + 1) not in names


def test_secret_of_a_day_is_deleted_with_the_day() -> None:
    with time_machine.travel(NOON + 11 * HOUR):
        name_for_day("someone", int(NOON.timestamp() // 86_400))

    [secret] = connection().scan_iter("names:day:*")

    assert 3500 < int(connection().ttl(secret)) <= 3601
