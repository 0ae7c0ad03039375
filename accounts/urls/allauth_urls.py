"""allauth's addresses, each view in one transaction of the identity store.

allauth opens its transactions on Django's default database, which is the community's here; its
row locks and its all-or-nothing need one where its rows are.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from allauth import urls as theirs
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver

from accounts.views import single_flight
from sermo.routers import IDENTITY

View = Callable[..., HttpResponse]


def _wrap_all_views(patterns: Iterable[URLPattern | URLResolver]) -> None:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            _wrap_all_views(pattern.url_patterns)
            continue
        wrap = WRAPPERS_BY_URL_NAME.get(pattern.name or "", _unchanged)
        pattern.callback = wrap(_commit_immediate_responses(pattern.callback))


def _commit_immediate_responses(view: View) -> View:
    """An answer that allauth raises is an answer: the mail written before it goes out."""

    @wraps(view)
    @transaction.atomic(using=IDENTITY)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except ImmediateHttpResponse as raised:
            answer: HttpResponse = raised.response
            return answer

    return wrapped


def _unchanged(view: View) -> View:
    return view


def _clear_site_data(view: View) -> View:
    """What the browser kept of the site goes with the session; the device's cookie stays."""

    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        response = view(request)
        if request.method == "POST":
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    return wrapped


def _equalise_timing(view: View) -> View:
    """Hold an answer until the next tick: a query more for an address unknown is not to be heard.

    The adapter and the backend do equal work for known and unknown addresses; what is
    left is a millisecond or two, and vanishes in the wait.
    """

    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        begun = time.monotonic()
        response = view(request)
        if request.method == "POST" and settings.ACCOUNT_ANSWER_TICK:
            time.sleep(-(time.monotonic() - begun) % settings.ACCOUNT_ANSWER_TICK)
        return response

    return wrapped


def _wrap_sign_up(view: View) -> View:
    return _equalise_timing(single_flight.single_flight_per_session(view))


WRAPPERS_BY_URL_NAME: dict[str, Callable[[View], View]] = {
    "account_login": _equalise_timing,
    "account_logout": _clear_site_data,
    "account_reset_password": _equalise_timing,
    "account_signup": _wrap_sign_up,
}
_wrap_all_views(theirs.urlpatterns)
urlpatterns = theirs.urlpatterns
