"""Answers: a page, or the part of it that htmx asked for; and work that must happen once."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_htmx.middleware import HtmxDetails


class HtmxRequest(HttpRequest):
    """A request after django-htmx's middleware."""

    htmx: HtmxDetails


def render_part_or_page(
    request: HttpRequest, part: str, page: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """The part for htmx, the whole page for a browser without it."""
    template = part if getattr(request, "htmx", False) else page
    response = render(request, template, context, status=status)
    response["Vary"] = "HX-Request, Cookie"
    return response


def idempotency_key(request: HttpRequest) -> uuid.UUID:
    """The key the form carries ({% idempotency %}); a new one where a client sends none.

    Services store it under a unique constraint, so a double click writes once.
    """
    try:
        return uuid.UUID(request.POST.get("idempotency_key", ""))
    except ValueError:
        return uuid.uuid4()


def within_rate(name: str, who: str, *, limit: int, seconds: int) -> bool:
    """Whether this is at most the limit-th call in the window. Keys are keyed digests."""
    key = f"rate:{name}:{who}"
    cache.add(key, 0, timeout=seconds)
    try:
        return bool(cache.incr(key) <= limit)
    except ValueError:  # the window ended between the two calls
        return True


def client_country(request: HttpRequest) -> str:
    """Two capitals as a trusted proxy names them; empty where none does. Never stored or logged."""
    said = request.headers.get(settings.COUNTRY_HEADER, "") if settings.COUNTRY_HEADER else ""
    code = said.strip().upper()
    # XX and T1 are what proxies write for "unknown" and for anonymising networks.
    known = len(code) == 2 and code.isascii() and code.isalpha() and code != "XX"
    return code if known else ""


def client_ip(request: HttpRequest) -> str:
    """The peer's address, for rate limits only; never stored, never logged."""
    return str(request.META.get("REMOTE_ADDR", ""))
