"""A form sent twice at once by one browser: the second waits, and finds the first one's work.

Sign-up has no row to lock before there is a user, so the browser's session stands for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from redis.exceptions import LockError

from sermo.core.errors import TooMany
from sermo.core.redis import connection

# Seconds: a lock left behind ends by itself; a request that waited this long is told so.
LOCK_SECONDS, MAX_WAIT_SECONDS = 60, 10
FORM_SHOWN = "form_shown"

View = Callable[..., HttpResponse]


def single_flight_per_session(view: View) -> View:
    """One at a time for each session; whoever waited reads the session anew."""

    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            # A session from the first look on, or two clicks would be two strangers.
            request.session.setdefault(FORM_SHOWN, True)
            return view(request)
        cookie = request.session.session_key
        return _with_session_lock(view, request, cookie) if cookie else view(request)

    return wrapped


def _with_session_lock(view: View, request: HttpRequest, cookie: str) -> HttpResponse:
    name = "once:" + hashlib.sha256(cookie.encode()).hexdigest()
    try:
        with connection().lock(name, timeout=LOCK_SECONDS, blocking_timeout=MAX_WAIT_SECONDS):
            vars(request.session).pop("_session_cache", None)
            response = view(request)
            request.session.save()
            return response
    except LockError:
        raise TooMany from None
