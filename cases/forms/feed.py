"""The filters of the feed, from the address."""

from __future__ import annotations

from functools import lru_cache

from django.http import QueryDict
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from cases.models import CaseStatus, Urgency
from cases.selectors.feed import FeedQuery, FeedSort
from sermo.core import specialties


def parse_feed_query(data: QueryDict) -> tuple[FeedQuery, bool]:
    """What the address asks for, and whether part of it made no sense and was left out."""
    named = {
        "specialty": (data.get("specialty", ""), specialties.NAMES),
        "status": (data.get("status", ""), CaseStatus.values),
        "urgency": (data.get("urgency", ""), Urgency.values),
        "sort": (data.get("sort", ""), FeedSort.values),
    }
    known = {name: value for name, (value, allowed) in named.items() if value in allowed}
    wish = FeedQuery(
        **known,
        mine=data.get("mine") == "1",
        saved=data.get("saved") == "1",
        has_image=data.get("image") == "1",
        after=data.get("after", ""),
        before=data.get("before", ""),
    )
    return wish, any(value and name not in known for name, (value, _allowed) in named.items())


_SELECTED = SafeString(" selected")


@lru_cache(maxsize=256)
def specialty_options(chosen: str) -> SafeString:
    """The options of the longest list of the page, written once for each choice."""
    return format_html_join(
        "\n",
        '<option value="{}"{}>{}</option>',
        ((slug, _SELECTED if slug == chosen else "", name) for slug, name in specialties.CHOICES),
    )
