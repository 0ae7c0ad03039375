"""Counting: windows of the clock, what a refusal counts, and what a counter tells."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine

from cases.models import Comment
from cases.services import NewComment, add_comment
from sermo.core import quotas, volatile_names
from sermo.core.errors import SentBefore
from sermo.core.quotas import Quota, QuotaReached, spend
from sermo.core.redis import connection
from sermo.members.models import ShownAs
from sermo.members.services import spend_quota
from sermo.members.viewer import Viewer
from tests.factories import make_case
from tests.quotas import use_up

NOON = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)
TWO_AN_HOUR = Quota("test", "That was often.", per_hour=2)
BOTH = Quota("test-both", "That was often.", per_hour=2, per_day=3)


@pytest.fixture(autouse=True)
def _read_again() -> Iterator[None]:
    yield
    volatile_names._last_read = volatile_names._last_read_of_day = None


def is_allowed(quota: Quota, subject: str = "someone") -> bool:
    try:
        spend(quota, subject)
    except QuotaReached:
        return False
    return True


def at(hours: float) -> time_machine.travel:
    return time_machine.travel(NOON + dt.timedelta(hours=hours))


def test_the_limit_of_an_hour_holds_until_its_end_and_no_longer() -> None:
    with at(0.5):
        allowed = [is_allowed(TWO_AN_HOUR) for _ in range(3)]
    with at(0.99):
        allowed.append(is_allowed(TWO_AN_HOUR))
    with at(1.01):
        allowed.append(is_allowed(TWO_AN_HOUR))

    assert allowed == [True, True, False, False, True]


def test_the_limit_of_a_day_outlives_the_hourly_change_of_names() -> None:
    allowed = []
    for hours in (0, 1, 2, 3, 11.9, 12.1):
        volatile_names._last_read = volatile_names._last_read_of_day = None  # another process
        with at(hours):
            allowed.append(is_allowed(BOTH))

    assert allowed == [True, True, True, False, False, True]


def test_a_refusal_counts_nothing() -> None:
    """Who is refused for an hour and tries again has not lost the day."""
    with at(0):
        allowed = [is_allowed(BOTH) for _ in range(20)]
    with at(1):
        allowed.append(is_allowed(BOTH))

    assert allowed == [True, True, *[False] * 18, True]


def test_a_refusal_says_when_one_can_go_on() -> None:
    with at(0.5):
        spend(TWO_AN_HOUR, "someone")
        spend(TWO_AN_HOUR, "someone")
        with pytest.raises(QuotaReached) as refusal:
            spend(TWO_AN_HOUR, "someone")

    assert 1795 < refusal.value.retry_after <= 1800
    assert str(refusal.value) == "That was often. You can go on in 30 minutes."


def test_a_refusal_for_the_day_names_hours() -> None:
    daily = Quota("test-day", "Three polls a day are the most.", per_day=0)

    with at(0), pytest.raises(QuotaReached) as refusal:
        spend(daily, "someone")

    assert str(refusal.value) == "Three polls a day are the most. You can go on in 12 hours."


def test_of_many_requests_at_once_no_more_than_the_limit_pass() -> None:
    ten = Quota("test-race", "That was often.", per_hour=10)

    with ThreadPoolExecutor(8) as pool:
        allowed = list(pool.map(lambda _n: is_allowed(ten), range(40)))

    assert sum(allowed) == 10


def test_counters_of_different_people_end_at_the_same_time() -> None:
    """When a counter ends does not tell when its owner began."""
    for minute in (3, 31, 58):
        with at(minute / 60):
            spend(TWO_AN_HOUR, f"someone at {minute}")
            volatile_names._last_read = None
    ends = {
        minute * 60 + int(connection().ttl(name))
        for minute, name in zip(
            (3, 31, 58), sorted(connection().scan_iter("c:*"), key=_ttl, reverse=True), strict=True
        )
    }

    assert max(ends) - min(ends) <= 1


def _ttl(name: bytes) -> int:
    return int(connection().ttl(name))


def test_no_counter_contains_its_subject_or_a_value_of_the_member(osler: Viewer) -> None:
    spend(BOTH, "192.0.2.7")
    spend_quota(viewer=osler, quota=BOTH)

    stored = b" ".join(connection().scan_iter("*")).decode()

    assert "192.0.2.7" not in stored
    assert osler.member.pk.hex not in stored
    assert re.fullmatch(r"((c:[0-9a-f]{40}|names:[a-z0-9:]+) ?)+", stored)


def test_named_and_anonymous_acts_of_a_member_have_counters_apart(osler: Viewer) -> None:
    once = Quota("test-apart", "That was often.", per_hour=1)

    spend_quota(viewer=osler, quota=once)
    spend_quota(viewer=osler, quota=once, anonymous=True)

    with pytest.raises(QuotaReached):
        spend_quota(viewer=osler, quota=once, anonymous=True)


def test_quotas_have_different_names_limits_and_short_sentences() -> None:
    table = [value for value in vars(quotas).values() if isinstance(value, Quota)]

    assert len({quota.name for quota in table}) == len(table) > 25
    for quota in table:
        assert quota.per_hour or quota.per_day, quota
        assert len(str(quota.sentence).split()) <= 20
        if quota.per_hour and quota.per_day:
            assert quota.per_hour < quota.per_day


def test_a_key_sent_again_over_the_quota_gives_back_that_comment_and_no_other(
    osler: Viewer, blackwell: Viewer
) -> None:
    """Else words would be taken for sent that nobody has, or another member's be shown as own."""
    case = make_case(osler)
    key = uuid.uuid4()

    def send(viewer: Viewer, text: str) -> Comment:
        comment = NewComment(text=text, shown_as=ShownAs.HANDLE)
        return add_comment(viewer=viewer, case=case, comment=comment, idempotency_key=key)

    first = send(blackwell, "First words")
    for viewer in (osler, blackwell):
        use_up(quotas.COMMENTS, viewer)

    assert send(blackwell, "First words") == first
    with pytest.raises(SentBefore):
        send(blackwell, "Other words")
    with pytest.raises(SentBefore):
        send(osler, "First words")
