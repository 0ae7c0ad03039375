"""Using up a quota, and the next day."""

from __future__ import annotations

from contextlib import suppress

from accounts.models import User
from sermo.core.quotas import Quota, QuotaReached, spend
from sermo.core.redis import connection
from sermo.members.services import spend_quota
from sermo.members.viewer import Viewer


def use_up(quota: Quota, who: Viewer | User, *, anonymous: bool = False) -> int:
    """Count until the quota is reached. Returns how often it was counted."""
    n = 0
    with suppress(QuotaReached):
        while True:
            if isinstance(who, Viewer):
                spend_quota(viewer=who, quota=quota, anonymous=anonymous)
            else:
                spend(quota, str(who.pk))
            n += 1
    return n


def forget_counters() -> None:
    """As on the next day: nothing is counted any more."""
    if names := list(connection().scan_iter("c:*")):
        connection().delete(*names)
