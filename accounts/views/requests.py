"""The request that this app's views receive, and their quota."""

from __future__ import annotations

from django.http import HttpRequest

from accounts.models import User
from sermo.core.quotas import Quota, spend


class UserRequest(HttpRequest):
    """A request of somebody who is signed in."""

    user: User


def limit_rate(request: UserRequest, quota: Quota) -> None:
    """Count one act of the user. Raises `QuotaReached`."""
    spend(quota, str(request.user.pk))
