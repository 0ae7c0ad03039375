"""What this site adds around allauth's views."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from accounts.sessions.known_device import send_known_device
from sermo.routers import IDENTITY

View = Callable[..., HttpResponse]


def in_identity_transaction(view: View) -> View:
    """Run the view in one transaction of the identity store.

    A response that allauth raises is returned, so that what was written before it is committed.
    Where somebody signs in or resets the password, the device becomes known.
    """

    @wraps(view)
    @transaction.atomic(using=IDENTITY)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except ImmediateHttpResponse as raised:
            response = raised.response
        send_known_device(request, response)
        return response

    return wrapped


def clear_site_data(view: View) -> View:
    """Tell the browser to delete what it stored of the site, except the device's cookie."""

    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        response = view(request)
        if request.method == "POST":
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    return wrapped


def equalise_timing(view: View) -> View:
    """Delay the response to the next multiple of settings.ACCOUNT_ANSWER_TICK seconds.

    The adapter and the backend do equal work for known and unknown addresses. What is left is a
    difference of one query, a millisecond or two, and the delay hides it.
    """

    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        started = time.monotonic()
        response = view(request)
        if request.method == "POST" and settings.ACCOUNT_ANSWER_TICK:
            time.sleep(-(time.monotonic() - started) % settings.ACCOUNT_ANSWER_TICK)
        return response

    return wrapped
