"""What is searched for; an odd value is left out, never refused."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict

from cases.models import CaseStatus, Urgency
from sermo.core import specialties

LONGEST = 200
NEWEST, BEST = "newest", "best"
SORTS = ((NEWEST, "Newest"), (BEST, "Best match of the newest 1,000"))


@dataclass(frozen=True)
class Wish:
    """Clean values of the search form."""

    q: str = ""
    specialty: str = ""
    status: str = ""
    urgency: str = ""
    has_image: bool = False
    sort: str = NEWEST
    after: str = ""

    @property
    def is_filtered(self) -> bool:
        return bool(self.specialty or self.status or self.urgency or self.has_image)


def read(query: QueryDict) -> Wish:
    specialty, status = query.get("specialty", ""), query.get("status", "")
    urgency = query.get("urgency", "")
    sort = query.get("sort", NEWEST)
    return Wish(
        # PostgreSQL takes no NUL in text.
        q=query.get("q", "").replace("\x00", "").strip()[:LONGEST],
        specialty=specialty if specialty in specialties.NAMES else "",
        status=status if status in CaseStatus.values else "",
        urgency=urgency if urgency in Urgency.values else "",
        has_image=query.get("image") == "1",
        sort=sort if sort == BEST else NEWEST,
        after=query.get("after", ""),
    )
