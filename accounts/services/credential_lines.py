"""Which credential line each person's membership shows: the most exact that k members share.

It is counted here, where the exact facts are. The community store holds only the line it shows:
exact facts in both stores linked every third member to a person (decision 0011).
"""

from __future__ import annotations

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count

from accounts.models import User, VerifiedPerson
from sermo.members.credential_lines.k_anonymity import (
    EMPTY_LINE,
    CredentialLine,
    MemberFacts,
    assign_lines,
)
from sermo.members.services import generalise_credential_lines

CACHE_KEY = "credential-lines"
CACHE_SECONDS = 3600


def credential_line_of_new_member(user: User) -> CredentialLine:
    """The line of a person who is entering; the count includes them."""
    return _assigned_lines().get(_member_facts(user), EMPTY_LINE)


def credential_line_of(user: User) -> CredentialLine:
    """The line of this person, by a count that is at most an hour old."""
    cached = cache.get(CACHE_KEY)
    if cached is None:
        cached = [(list(facts), list(line)) for facts, line in _assigned_lines().items()]
        cache.set(CACHE_KEY, cached, CACHE_SECONDS)
    wanted = _member_facts(user)
    lines = (CredentialLine(*line) for facts, line in cached if MemberFacts(*facts) == wanted)
    return next(lines, EMPTY_LINE)


def generalise_shown_lines() -> int:
    """Nightly: lines that fewer than k members share become coarser; how many changed."""
    lines = _assigned_lines()
    cache.delete(CACHE_KEY)
    return generalise_credential_lines(allowed=set(lines.values()))


def _member_facts(user: User) -> MemberFacts:
    person = VerifiedPerson.objects.filter(user=user).first()
    if person is None:
        return MemberFacts("", "", "")
    return MemberFacts(person.specialty, person.years, person.country)


def _assigned_lines() -> dict[MemberFacts, CredentialLine]:
    """The line of every combination of facts that a member has."""
    counted = (
        VerifiedPerson.objects.filter(user__membership_issued_month__isnull=False)
        .values_list("specialty", "years", "country")
        .annotate(n=Count("pk"))
    )
    members = {MemberFacts(*facts): count for *facts, count in counted}
    return assign_lines(members, settings.K_ANONYMITY)
