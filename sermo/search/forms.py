"""The search form. A value that is not valid is ignored."""

from __future__ import annotations

from django.http import QueryDict

from cases.models import CaseStatus, Urgency
from sermo.core import specialties
from sermo.core.identifiers import compose
from sermo.search.selectors import BEST, NEWEST, SearchParameters

MAX_QUERY_LENGTH = 200
SORTS = ((NEWEST, "Newest"), (BEST, "Best match of the newest 1,000"))


def parse_search(query: QueryDict) -> SearchParameters:
    specialty, status = query.get("specialty", ""), query.get("status", "")
    urgency = query.get("urgency", "")
    sort = query.get("sort", NEWEST)
    return SearchParameters(
        # PostgreSQL accepts no NUL in text.
        q=compose(query.get("q", "").replace("\x00", ""))[:MAX_QUERY_LENGTH],
        specialty=specialty if specialty in specialties.NAMES else "",
        status=status if status in CaseStatus.values else "",
        urgency=urgency if urgency in Urgency.values else "",
        has_image=query.get("image") == "1",
        sort=sort if sort == BEST else NEWEST,
        after=query.get("after", ""),
    )
