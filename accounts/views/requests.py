"""The request that this app's views receive, and their quota."""

from __future__ import annotations

from django.http import HttpRequest

from accounts.models import User
from accounts.sessions.known_device import counted_as
from sermo.core.quotas import ENTRIES, UNLOCKS, Quota, spend

# What somebody who knows only the password could use up.
COUNTED_BY_DEVICE = (ENTRIES, UNLOCKS)


class UserRequest(HttpRequest):
    """A request of somebody who is signed in."""

    user: User


def limit_rate(request: UserRequest, quota: Quota) -> None:
    """Count one act of the user. Raises `QuotaReached`."""
    by_device = quota in COUNTED_BY_DEVICE
    spend(quota, counted_as(request, request.user) if by_device else str(request.user.pk))
