"""Template variables of every page: navigation, footer links, theme, CSP nonce."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sermo.core.access import is_reading_member

THEMES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class NavItem:
    """One link of the main navigation. With `more`, it is left out of the bottom bar on phones."""

    label: str | Promise
    url: str
    icon: str
    more: bool = False
    current: bool = False


CASES = (_("Cases"), "/cases/", "folder-open")
SEARCH = (_("Search"), "/search/", "search")
POST = (_("Post"), "/cases/new/", "plus")
ME = (_("Me"), "/me/", "user")
POLLS = (_("Polls"), "/polls/", "vote")
REVIEW = (_("Review"), "/review/", "shield-check")
MODERATION = (_("Moderation"), "/moderation/", "flag")
COMMUNITY_STAFF = {"moderator", "admin"}
IDENTITY_STAFF = {"reviewer", "registrar"}

FOOTER = (
    (_("Privacy"), "/privacy/"),
    (_("Community rules"), "/rules/"),
    (_("Help"), "/help/"),
    (_("Moderation log"), "/log/"),
)


def site(request: HttpRequest) -> dict[str, Any]:
    """`nav`, `footer_links`, `theme` ("" for the device's own), `csp_nonce`, and whether the caller
    reads as a member.
    """
    theme = request.COOKIES.get("theme", "")
    return {
        "nav": _nav_items(request),
        "footer_links": FOOTER,
        "theme": theme if theme in THEMES else "",
        "csp_nonce": getattr(request, "csp_nonce", ""),
        "is_reading_member": is_reading_member(request),
    }


def _nav_items(request: HttpRequest) -> list[NavItem]:
    member = getattr(request, "member", None)
    if member is not None and is_reading_member(request):
        rows = [(*row, False) for row in (CASES, SEARCH, POST, ME)]
        rows.append((*POLLS, True))
        if member.role in COMMUNITY_STAFF:
            rows.append((*MODERATION, True))
    elif getattr(getattr(request, "user", None), "role", "") in IDENTITY_STAFF:
        rows = [(*REVIEW, False)]
    else:
        rows = []
    current = _longest_prefix(request.path, [url for _label, url, _icon, _more in rows])
    return [
        NavItem(label, url, icon, more=more, current=url == current)
        for label, url, icon, more in rows
    ]


def _longest_prefix(path: str, urls: list[str]) -> str:
    """The longest URL that the path begins with: /cases/new/ is Post, not Cases."""
    return max((url for url in urls if path.startswith(url)), key=len, default="")
