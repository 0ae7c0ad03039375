"""A form sent twice at once by one browser: the second request waits and sees the first's result.

A sign-up has no row to lock before there is a user, and the page writes nothing for a visitor. So
the lock is on the secret of the browser's CSRF cookie, and the second request goes on in the
session that the first began: its key is kept for the time of the lock, encrypted under that secret.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from redis.exceptions import LockError

from sermo.core import crypto
from sermo.core.errors import TooMany
from sermo.core.hkdf import hkdf_sha256
from sermo.core.redis import connection
from sermo.core.volatile_names import volatile_name

# A lock that was left behind ends after this time.
LOCK_SECONDS = 60
MAX_WAIT_SECONDS = 10

View = Callable[..., HttpResponse]


def single_flight_per_browser(view: View) -> View:
    """One POST at a time for each browser. One that waited goes on in the session of the first.

    The view raises `TooMany` if it waited for more than `MAX_WAIT_SECONDS`.
    """

    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        secret = request.META.get("CSRF_COOKIE", "") if request.method == "POST" else ""
        return _with_lock(view, request, secret) if secret else view(request)

    return wrapped


def _with_lock(view: View, request: HttpRequest, secret: str) -> HttpResponse:
    name = volatile_name(f"single-flight:{secret}")
    try:
        with connection().lock(name, timeout=LOCK_SECONDS, blocking_timeout=MAX_WAIT_SECONDS):
            _continue_session(request, secret)
            response = view(request)
            if request.session.modified:
                request.session.save()
                _pass_on_session(request, secret)
            return response
    except LockError:
        raise TooMany from None


def _continue_session(request: HttpRequest, secret: str) -> None:
    """Read the session again, or take that of a request that was sent at the same moment."""
    if request.session.session_key:
        vars(request.session).pop("_session_cache", None)
        return
    sealed: Any = connection().get(_session_name(secret))
    if sealed:
        key = crypto.decrypt(_session_key(secret), bytes(sealed)).decode()
        request.session = type(request.session)(key)
        request.session.modified = True  # the browser gets this cookie, whichever answer it shows


def _pass_on_session(request: HttpRequest, secret: str) -> None:
    key = request.session.session_key
    if key:
        sealed = crypto.encrypt(_session_key(secret), key.encode())
        connection().set(_session_name(secret), sealed, ex=LOCK_SECONDS)


def _session_name(secret: str) -> str:
    return volatile_name(f"single-flight-session:{secret}")


def _session_key(secret: str) -> bytes:
    return hkdf_sha256(secret.encode(), info="single-flight-session")
