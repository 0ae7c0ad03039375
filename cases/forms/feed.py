"""The filters of the feed, from the address."""

from __future__ import annotations

from django.http import QueryDict

from cases.models import Status, Urgency
from cases.selectors.feed import Sort, Wish
from sermo.core import specialties


def wish_of(data: QueryDict) -> tuple[Wish, bool]:
    """What the address asks for, and whether part of it made no sense and was left out."""
    named = {
        "specialty": (data.get("specialty", ""), specialties.NAMES),
        "status": (data.get("status", ""), Status.values),
        "urgency": (data.get("urgency", ""), Urgency.values),
        "sort": (data.get("sort", ""), Sort.values),
    }
    known = {name: value for name, (value, allowed) in named.items() if value in allowed}
    wish = Wish(
        **known,
        mine=data.get("mine") == "1",
        saved=data.get("saved") == "1",
        has_image=data.get("image") == "1",
        after=data.get("after", ""),
        before=data.get("before", ""),
    )
    return wish, any(value and name not in known for name, (value, _allowed) in named.items())
