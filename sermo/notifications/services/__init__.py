"""Recording events, following cases, and email about both."""

from __future__ import annotations

from sermo.notifications.services.events import NewEvent, notify
from sermo.notifications.services.follows import (
    bookmark,
    end_email,
    follow,
    mark_all_read,
    mark_read,
    unfollow,
)
from sermo.notifications.services.subscriptions import subscribe_by_email

__all__ = [
    "NewEvent",
    "bookmark",
    "end_email",
    "follow",
    "mark_all_read",
    "mark_read",
    "notify",
    "subscribe_by_email",
    "unfollow",
]
