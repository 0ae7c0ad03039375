"""Following, reading and bookmarking cases: changes of a member's private state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import Max

from sermo.core.quotas import INBOX_CHANGES
from sermo.members.services import spend_quota
from sermo.members.viewer import Viewer, private_state
from sermo.notifications.models import Event
from sermo.notifications.selectors.follows import (
    FOLLOWS_STATE,
    inbox_subjects,
    last_number,
    load_follows,
)
from sermo.notifications.selectors.subjects import own_subjects
from sermo.notifications.services.subscriptions import end_subscriptions, subscribe_by_email


def follow(
    *, viewer: Viewer, subject: UUID, capsule: bytes | None = None, for_author: bool = False
) -> None:
    """Follow the subject's events from now on; by email too if a contact capsule is given."""
    number = last_number(subject)

    def add(state: dict[str, Any]) -> None:
        follows = state.setdefault("follows", {})
        follows[subject.hex] = max(number, follows.get(subject.hex, 0))
        state["muted"] = [key for key in state.get("muted", []) if key != subject.hex]

    _change(viewer, add)
    if capsule is not None:
        subscribe_by_email(viewer=viewer, subject=subject, capsule=capsule, for_author=for_author)


def unfollow(*, viewer: Viewer, subject: UUID) -> None:
    """Show no more events of the subject, even if it is the viewer's own case; end its email."""

    def mute(state: dict[str, Any]) -> None:
        state.setdefault("follows", {}).pop(subject.hex, None)
        state["muted"] = sorted({*state.get("muted", []), subject.hex})

    _change(viewer, mute)
    end_subscriptions(viewer=viewer, subjects=[subject])


def end_email(*, viewer: Viewer) -> None:
    """No more email about any case that the viewer follows, muted or wrote."""
    follows = load_follows(viewer)
    subjects = {*follows.read_up_to, *follows.muted, *own_subjects(viewer)}
    end_subscriptions(viewer=viewer, subjects=subjects)


def bookmark(*, viewer: Viewer, subject: UUID, on: bool) -> None:
    """Add or remove a bookmark; a second call with the same value changes nothing."""

    def set_bookmark(state: dict[str, Any]) -> None:
        others = [key for key in state.get("bookmarks", []) if key != subject.hex]
        state["bookmarks"] = [*others, subject.hex] if on else others

    _change(viewer, set_bookmark)


def mark_read(*, viewer: Viewer, subject: UUID) -> None:
    """Mark all events of the subject so far as read. Raises `QuotaReached`."""
    spend_quota(viewer=viewer, quota=INBOX_CHANGES)
    _read_up_to(viewer, {subject: last_number(subject)})


def mark_all_read(*, viewer: Viewer) -> None:
    """Mark all events in the inbox so far as read. Raises `QuotaReached`."""
    spend_quota(viewer=viewer, quota=INBOX_CHANGES)
    rows = (
        Event.objects.filter(subject__in=inbox_subjects(viewer))
        .order_by()
        .values_list("subject")
        .annotate(last=Max("number"))
    )
    _read_up_to(viewer, dict(rows))


def _read_up_to(viewer: Viewer, numbers: dict[UUID, int]) -> None:
    """Store the last number read of each subject. A lower number than the stored one is ignored."""

    def advance(state: dict[str, Any]) -> None:
        follows = state.setdefault("follows", {})
        for subject, number in numbers.items():
            follows[subject.hex] = max(number, follows.get(subject.hex, 0))

    if numbers:
        _change(viewer, advance)


def _change(viewer: Viewer, change: Callable[[dict[str, Any]], None]) -> None:
    private_state.update_section(viewer, FOLLOWS_STATE, change)
