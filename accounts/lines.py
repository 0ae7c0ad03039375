"""Which credential lines enough members share: counted here, where it is known who is what.

The community store holds of a member's specialty, years and country only the line that others see;
exact facts in both stores told every third member apart (decision 0011).
"""

from __future__ import annotations

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count

from accounts.models import User, VerifiedPerson
from sermo.members.lines import NOTHING, Facts, Line, assign
from sermo.members.services import keep_lines_to

CACHED = "credential-lines"
CACHED_SECONDS = 3600


def of_newcomer(user: User) -> Line:
    """What somebody shows who is being let in; counted with them."""
    return _lines().get(_facts(user), NOTHING)


def of(user: User) -> Line:
    """What this person shows, by a count that may be an hour old."""
    found = cache.get(CACHED)
    if found is None:
        found = [(list(facts), list(line)) for facts, line in _lines().items()]
        cache.set(CACHED, found, CACHED_SECONDS)
    wanted = _facts(user)
    return next((Line(*line) for facts, line in found if Facts(*facts) == wanted), NOTHING)


def coarsen() -> int:
    """Nightly: no member goes on showing what fewer than k share; how many lines changed."""
    lines = _lines()
    cache.delete(CACHED)
    return keep_lines_to(allowed=set(lines.values()))


def _facts(user: User) -> Facts:
    person = VerifiedPerson.objects.filter(user=user).first()
    return Facts(person.specialty, person.years, person.country) if person else Facts("", "", "")


def _lines() -> dict[Facts, Line]:
    """The line of every combination of facts that a member has."""
    counted = (
        VerifiedPerson.objects.filter(user__membership_issued_month__isnull=False)
        .values_list("specialty", "years", "country")
        .annotate(n=Count("pk"))
    )
    members = {Facts(*facts): count for *facts, count in counted}
    return assign(members, settings.K_ANONYMITY)
