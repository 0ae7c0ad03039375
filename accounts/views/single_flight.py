"""A form sent twice at once by one browser: the second request waits and sees the first's result.

A sign-up has no row to lock before there is a user, so the lock is on the browser's session.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from redis.exceptions import LockError

from sermo.core.errors import TooMany
from sermo.core.redis import connection
from sermo.core.volatile_names import volatile_name

# A lock that was left behind ends after this time.
LOCK_SECONDS = 60
MAX_WAIT_SECONDS = 10
# Session key: it makes a session exist.
FORM_SHOWN = "form_shown"

View = Callable[..., HttpResponse]


def single_flight_per_session(view: View) -> View:
    """One POST at a time for each session. One that waited reads the session again.

    The view raises `TooMany` if it waited for more than `MAX_WAIT_SECONDS`.
    """

    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            # Without a session from the first page on, two clicks would have two locks.
            request.session.setdefault(FORM_SHOWN, True)
            return view(request)
        cookie = request.session.session_key
        return _with_session_lock(view, request, cookie) if cookie else view(request)

    return wrapped


def _with_session_lock(view: View, request: HttpRequest, cookie: str) -> HttpResponse:
    name = volatile_name(f"single-flight:{cookie}")
    try:
        with connection().lock(name, timeout=LOCK_SECONDS, blocking_timeout=MAX_WAIT_SECONDS):
            vars(request.session).pop("_session_cache", None)
            response = view(request)
            request.session.save()
            return response
    except LockError:
        raise TooMany from None
