"""Helpers for views: responses for htmx, idempotency keys, the client's network."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django_htmx.middleware import HtmxDetails

from sermo.core import trusted_proxies
from sermo.core.errors import DomainError


class HtmxRequest(HttpRequest):
    """The type of a request after django-htmx's middleware."""

    htmx: HtmxDetails


def render_part_or_page(
    request: HttpRequest, part: str, page: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Render `part` if htmx sent the request, else `page`; both with the same context."""
    template = part if getattr(request, "htmx", False) else page
    response = render(request, template, context, status=status)
    response["Vary"] = "HX-Request, Cookie"
    return response


# Scripts send it with each request of theirs; htmx sends HX-Request itself.
BACKGROUND_HEADER = "X-Requested-With"
# In an answer to a script whose token was of an earlier sign-in: the token of now.
TOKEN_HEADER = "X-CSRFToken"  # noqa: S105 -- the name of a header


def is_background(request: HttpRequest) -> bool:
    """Whether a script sent the request, so that no answer to it may replace the page."""
    return "HX-Request" in request.headers or BACKGROUND_HEADER in request.headers


def background_answer(
    request: HttpRequest, status: int, sentence: object, **link: str
) -> HttpResponse:
    """What the script shows beside the thing concerned: JSON if it accepts that, else a part.

    `link` may hold `url` and `label`: a page that the script offers in a new window.
    """
    answer = {"sentence": str(sentence), **{name: str(value) for name, value in link.items()}}
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse(answer, status=status)
    return render(request, "errors/_domain_error.html", answer, status=status)


def idempotency_key(request: HttpRequest) -> uuid.UUID:
    """The key in the form ({% idempotency %}), or a new one if the client sent none.

    Services store it in a unique column, so that a form sent twice is saved once.
    """
    try:
        return uuid.UUID(request.POST.get("idempotency_key", ""))
    except ValueError:
        return uuid.uuid4()


def mark_refused(response: HttpResponse, error: DomainError) -> HttpResponse:
    """Give the response the status of the error, and the time after which to try again."""
    response.status_code = error.status
    if error.retry_after is not None:
        response["Retry-After"] = str(error.retry_after)
    return response


def client_country(request: HttpRequest) -> str:
    """The ISO 3166 code from the header of a trusted proxy, or "". Must not be stored or logged."""
    value = request.headers.get(settings.COUNTRY_HEADER, "") if settings.COUNTRY_HEADER else ""
    code = value.strip().upper()
    # XX and T1 are what proxies write for "unknown" and for anonymising networks.
    known = len(code) == 2 and code.isascii() and code.isalpha() and code != "XX"
    return code if known else ""


def client_network(request: HttpRequest) -> str:
    """What counts as one client: its IPv4 address, or the /64 of its IPv6 address.

    For rate limits only. Must not be stored or logged.
    """
    return trusted_proxies.client_network(str(request.META.get("REMOTE_ADDR", "")))
