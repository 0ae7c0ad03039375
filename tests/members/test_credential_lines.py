from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.core.cache import cache
from hypothesis import given
from hypothesis import strategies as st

from accounts import services
from accounts.models import User
from accounts.services import credential_lines
from sermo.core import specialties
from sermo.members.credential_lines.k_anonymity import (
    EMPTY_LINE,
    CredentialLine,
    MemberFacts,
    assign_lines,
    generalisation_levels,
    generalise_until_allowed,
)
from sermo.members.models import Member
from tests.accounts.conftest import make_entered_member
from tests.factories import make_member, make_user

people = st.lists(
    st.builds(
        MemberFacts,
        st.sampled_from(["internal", "geriatrics", "cardiology", "heart-failure", "dermatology"]),
        st.sampled_from(["0-5", "11-20", "30+"]),
        st.sampled_from(["US", "CA", "DE", "FR", "JP"]),
    ),
    max_size=120,
)


@given(people, st.integers(1, 50))
def test_every_line_shown_is_shown_by_k_members(members: list[MemberFacts], k: int) -> None:
    lines = assign_lines(Counter(members), k)

    showing = Counter(lines[facts] for facts in members)

    assert set(lines) == set(members)
    assert all(count >= k for line, count in showing.items() if line != EMPTY_LINE)


@given(people, st.integers(1, 50))
def test_a_line_contains_only_facts_or_coarser_facts(members: list[MemberFacts], k: int) -> None:
    for facts, line in assign_lines(Counter(members), k).items():
        assert line.specialty in {"", facts.specialty, specialties.family(facts.specialty)}
        assert line.years in {"", facts.years}
        assert line in {*generalisation_levels(facts), EMPTY_LINE}


@given(people)
def test_with_k_of_one_the_line_is_exact(members: list[MemberFacts]) -> None:
    assert all(
        tuple(line) == tuple(facts) for facts, line in assign_lines(Counter(members), 1).items()
    )


def test_the_years_go_first_then_the_country_then_the_subspecialty() -> None:
    lines = generalisation_levels(MemberFacts("heart-failure", "11-20", "DE"))

    assert lines == (
        CredentialLine("heart-failure", "11-20", "DE"),
        CredentialLine("heart-failure", "", "DE"),
        CredentialLine("heart-failure", "", "Europe"),
        CredentialLine("cardiology", "", "Europe"),
        CredentialLine("cardiology", "", ""),
    )


def test_members_with_a_more_exact_line_do_not_count_for_a_coarser_one() -> None:
    common, rare = MemberFacts("internal", "11-20", "US"), MemberFacts("internal", "30+", "US")

    lines = assign_lines({common: 60, rare: 2}, 50)

    assert lines == {common: CredentialLine(*common), rare: EMPTY_LINE}


@given(people, st.integers(1, 50))
def test_generalising_never_adds_facts_and_ends_at_the_empty_line(
    members: list[MemberFacts], k: int
) -> None:
    allowed = set(assign_lines(Counter(members), k).values())

    for facts in members:
        generalised = generalise_until_allowed(allowed, CredentialLine(*facts))
        assert generalised in {EMPTY_LINE, *allowed}
        assert generalised in {*generalisation_levels(facts), EMPTY_LINE}


@pytest.mark.django_db(databases=["default", "identity"])
def test_the_nightly_job_generalises_lines_that_too_few_share(settings: Any) -> None:
    settings.K_ANONYMITY = 3
    for number in range(3):
        make_verified(f"internist-{number}")
        make_member(f"internist-{number}")
    make_verified("lone", specialty="dermatology")
    lone = make_member("lone", specialty="dermatology")

    first, second = (
        credential_lines.generalise_shown_lines(),
        credential_lines.generalise_shown_lines(),
    )

    lone.refresh_from_db()
    assert (first, second) == (1, 0)
    assert (lone.line_specialty, lone.line_years, lone.line_place) == ("", "", "")
    assert Member.objects.filter(line_specialty="internal", line_years="11-20").count() == 3


@pytest.mark.django_db(databases=["default", "identity"])
def test_a_new_member_shows_a_line_that_enough_share(settings: Any) -> None:
    settings.K_ANONYMITY = 3
    make_verified("one")
    second = make_verified("two")
    alone = credential_lines.credential_line_of_new_member(second)
    third = make_verified("three")

    assert alone == EMPTY_LINE
    assert credential_lines.credential_line_of_new_member(third) == CredentialLine(
        "internal", "11-20", "US"
    )


@pytest.mark.django_db(databases=["default", "identity"])
def test_at_sign_in_the_line_follows_what_enough_share(settings: Any) -> None:
    settings.K_ANONYMITY = 2
    entrant = make_entered_member()
    member = Member.objects.get()
    before = member.line_specialty
    make_verified("another")
    cache.clear()

    services.on_sign_in(user=entrant.user, credential=entrant.credential)

    member.refresh_from_db()
    assert (before, member.line_specialty) == ("", "internal")


def make_verified(name: str, *, specialty: str = "internal") -> User:
    """Somebody with a membership, on the identity store's side."""
    user = make_user(name, issued=True)
    services.save_verified_person(
        user=user,
        member_class="physician",
        specialty=specialty,
        country="US",
        years="11-20",
        real_name="Synthetic Name",
    )
    return user
