"""The request that this app's views receive, and their rate limit."""

from __future__ import annotations

from django.http import HttpRequest

from accounts.models import User
from sermo.core.errors import TooMany
from sermo.core.http import within_rate

MAX_ATTEMPTS, WINDOW_SECONDS = 10, 3600


class UserRequest(HttpRequest):
    """A request of somebody who is signed in."""

    user: User


def limit_rate(request: UserRequest, action: str, *, limit: int = MAX_ATTEMPTS) -> None:
    """Raises `TooMany` after `limit` calls of this action by the user within an hour."""
    if not within_rate(action, str(request.user.pk), limit=limit, seconds=WINDOW_SECONDS):
        raise TooMany
