"""Pausing a membership while its verification is in doubt.

Only the identity store knows who is paused: few are at a time, so a list of them in the community
store would link members to persons. Each request asks here; posts stay as they are.
"""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from accounts.models import SlotContents, User
from sermo.routers import IDENTITY


@transaction.atomic(using=IDENTITY)
def pause_membership(*, user: User) -> None:
    """From the next request on, the member can neither read nor write. Idempotent."""
    User.objects.filter(pk=user.pk, is_paused=False).update(is_paused=True)


@transaction.atomic(using=IDENTITY)
def resume_membership(*, user: User) -> None:
    """End the pause. Idempotent."""
    User.objects.filter(pk=user.pk, is_paused=True).update(is_paused=False)


def report_new_device(*, user: User, contents: SlotContents, country: str) -> None:
    """Call settings.NEW_DEVICE after a sign-in on an unknown device of a user who has known ones.

    `contents` are the user's slots before it; `country` is a code of two letters, or "" where
    unknown.
    """
    if not contents.devices:
        return
    for path in settings.NEW_DEVICE:
        import_string(path)(user=user, country=country)
