"""Which credential lines enough members share: counted here, where it is known who is what.

The community store holds of a member's specialty, years and country only the line that others see;
exact facts in both stores told every third member apart (decision 0011).
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
    """What somebody shows who is being let in; counted with them."""
    return _assigned_lines().get(_member_facts(user), EMPTY_LINE)


def credential_line_of(user: User) -> CredentialLine:
    """What this person shows, by a count that may be an hour old."""
    found = cache.get(CACHE_KEY)
    if found is None:
        found = [(list(facts), list(line)) for facts, line in _assigned_lines().items()]
        cache.set(CACHE_KEY, found, CACHE_SECONDS)
    wanted = _member_facts(user)
    return next(
        (CredentialLine(*line) for facts, line in found if MemberFacts(*facts) == wanted),
        EMPTY_LINE,
    )


def generalise_shown_lines() -> int:
    """Nightly: no member goes on showing what fewer than k share; how many lines changed."""
    lines = _assigned_lines()
    cache.delete(CACHE_KEY)
    return generalise_credential_lines(allowed=set(lines.values()))


def _member_facts(user: User) -> MemberFacts:
    person = VerifiedPerson.objects.filter(user=user).first()
    return (
        MemberFacts(person.specialty, person.years, person.country)
        if person
        else MemberFacts("", "", "")
    )


def _assigned_lines() -> dict[MemberFacts, CredentialLine]:
    """The line of every combination of facts that a member has."""
    counted = (
        VerifiedPerson.objects.filter(user__membership_issued_month__isnull=False)
        .values_list("specialty", "years", "country")
        .annotate(n=Count("pk"))
    )
    members = {MemberFacts(*facts): count for *facts, count in counted}
    return assign_lines(members, settings.K_ANONYMITY)
