"""Page numbers in the query string."""

from __future__ import annotations

from django.http import HttpRequest

MAX_PAGE = 1000
MAX_DIGITS = 9


def page_number(request: HttpRequest) -> int:
    """The number after `?page=`, from 1 to `MAX_PAGE`; 1 if it is no number."""
    text = request.GET.get("page", "1")
    if not (text.isascii() and text.isdigit()):
        return 1
    # Python refuses to convert thousands of digits.
    return min(max(int(text), 1), MAX_PAGE) if len(text) <= MAX_DIGITS else MAX_PAGE


def pager_urls(request: HttpRequest, number: int, *, has_more: bool) -> dict[str, str]:
    """The context of components/pagination.html: addresses of the pages before and after."""
    return {
        "newer_url": _page_url(request, number - 1) if number > 1 else "",
        "older_url": _page_url(request, number + 1) if has_more else "",
    }


def _page_url(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"
