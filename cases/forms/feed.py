"""The filters of the feed, read from the address."""

from __future__ import annotations

from functools import lru_cache

from django.http import QueryDict
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from cases.models import CaseStatus, Urgency
from cases.selectors.feed import FeedQuery, FeedSort
from sermo.core import specialties


def parse_feed_query(data: QueryDict) -> tuple[FeedQuery, bool]:
    """The query, and whether an unknown value was ignored."""
    choices = {
        "specialty": specialties.NAMES,
        "status": CaseStatus.values,
        "urgency": Urgency.values,
        "sort": FeedSort.values,
    }
    values = {name: data.get(name, "") for name in choices}
    known = {name: value for name, value in values.items() if value in choices[name]}
    query = FeedQuery(
        **known,
        mine=data.get("mine") == "1",
        saved=data.get("saved") == "1",
        has_image=data.get("image") == "1",
        after=data.get("after", ""),
        before=data.get("before", ""),
    )
    return query, any(value and name not in known for name, value in values.items())


_SELECTED = SafeString(" selected")


@lru_cache(maxsize=256)
def specialty_options(chosen: str) -> SafeString:
    """The option elements of all specialties as HTML, cached because the list is long."""
    return format_html_join(
        "\n",
        '<option value="{}"{}>{}</option>',
        ((slug, _SELECTED if slug == chosen else "", name) for slug, name in specialties.CHOICES),
    )
