from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.core.cache import cache
from hypothesis import given
from hypothesis import strategies as st

from accounts import lines, services
from accounts.models import User
from sermo.core import specialties
from sermo.members.lines import NOTHING, Facts, Line, assign, kept_to, ladder
from sermo.members.models import Member
from tests.accounts.conftest import make_inside
from tests.factories import make_member, make_user

people = st.lists(
    st.builds(
        Facts,
        st.sampled_from(["internal", "geriatrics", "cardiology", "heart-failure", "dermatology"]),
        st.sampled_from(["0-5", "11-20", "30+"]),
        st.sampled_from(["US", "CA", "DE", "FR", "JP"]),
    ),
    max_size=120,
)


@given(people, st.integers(1, 50))
def test_every_line_shown_is_shown_by_k_members(members: list[Facts], k: int) -> None:
    lines = assign(Counter(members), k)

    showing = Counter(lines[facts] for facts in members)

    assert set(lines) == set(members)
    assert all(count >= k for line, count in showing.items() if line != NOTHING)


@given(people, st.integers(1, 50))
def test_a_line_says_nothing_that_is_not_so(members: list[Facts], k: int) -> None:
    for facts, line in assign(Counter(members), k).items():
        assert line.specialty in {"", facts.specialty, specialties.family(facts.specialty)}
        assert line.years in {"", facts.years}
        assert line in {*ladder(facts), NOTHING}


@given(people)
def test_with_k_of_one_everything_is_said(members: list[Facts]) -> None:
    assert all(tuple(line) == tuple(facts) for facts, line in assign(Counter(members), 1).items())


def test_the_years_go_first_then_the_country_then_the_subspecialty() -> None:
    lines = ladder(Facts("heart-failure", "11-20", "DE"))

    assert lines == (
        Line("heart-failure", "11-20", "DE"),
        Line("heart-failure", "", "DE"),
        Line("heart-failure", "", "Europe"),
        Line("cardiology", "", "Europe"),
        Line("cardiology", "", ""),
    )


def test_who_shows_a_finer_line_is_no_cover_for_a_coarser_one() -> None:
    common, rare = Facts("internal", "11-20", "US"), Facts("internal", "30+", "US")

    lines = assign({common: 60, rare: 2}, 50)

    assert lines == {common: Line(*common), rare: NOTHING}


@given(people, st.integers(1, 50))
def test_one_step_down_ends_at_nothing_and_never_says_more(members: list[Facts], k: int) -> None:
    allowed = set(assign(Counter(members), k).values())

    for facts in members:
        kept = kept_to(allowed, Line(*facts))
        assert kept in {NOTHING, *allowed}
        assert kept in {*ladder(facts), NOTHING}


@pytest.mark.django_db(databases=["default", "identity"])
def test_the_night_sets_lines_that_too_few_share_and_tells_how_many(settings: Any) -> None:
    settings.K_ANONYMITY = 3
    for number in range(3):
        make_verified(f"internist-{number}")
        make_member(f"internist-{number}")
    make_verified("lone", specialty="dermatology")
    lone = make_member("lone", specialty="dermatology")

    first, second = lines.coarsen(), lines.coarsen()

    lone.refresh_from_db()
    assert (first, second) == (1, 0)
    assert (lone.line_specialty, lone.line_years, lone.line_place) == ("", "", "")
    assert Member.objects.filter(line_specialty="internal", line_years="11-20").count() == 3


@pytest.mark.django_db(databases=["default", "identity"])
def test_a_newcomer_shows_what_enough_people_are(settings: Any) -> None:
    settings.K_ANONYMITY = 3
    make_verified("one")
    second = make_verified("two")
    alone = lines.of_newcomer(second)
    third = make_verified("three")

    assert alone == NOTHING
    assert lines.of_newcomer(third) == Line("internal", "11-20", "US")


@pytest.mark.django_db(databases=["default", "identity"])
def test_at_sign_in_a_member_shows_what_enough_have_become(settings: Any) -> None:
    settings.K_ANONYMITY = 2
    inside = make_inside()
    member = Member.objects.get()
    before = member.line_specialty
    make_verified("another")
    cache.clear()

    services.came_in(user=inside.user, pair=inside.pair)

    member.refresh_from_db()
    assert (before, member.line_specialty) == ("", "internal")


def make_verified(name: str, *, specialty: str = "internal") -> User:
    """Somebody with a membership, on the identity store's side."""
    user = make_user(name, issued=True)
    services.mark_verified(
        user=user,
        member_class="physician",
        specialty=specialty,
        country="US",
        years="11-20",
        real_name="Synthetic Name",
    )
    return user
