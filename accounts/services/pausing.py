"""Whether somebody's verification is in doubt: known here alone, never in the community's store.

The community store would name a person if it knew: few are in doubt at a time, and both sides would
list the same few. So each request asks here, and what somebody wrote stays as it is.
"""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from accounts.models import CredentialSlot, CredentialSlotKind, User
from sermo.routers import IDENTITY


@transaction.atomic(using=IDENTITY)
def pause_membership(*, user: User) -> None:
    """From their next request on they read and write nothing; harmless twice."""
    User.objects.filter(pk=user.pk, is_paused=False).update(is_paused=True)


@transaction.atomic(using=IDENTITY)
def resume_membership(*, user: User) -> None:
    """They are who they were; harmless twice."""
    User.objects.filter(pk=user.pk, is_paused=True).update(is_paused=False)


def report_new_device(*, user: User, country: str) -> None:
    """Somebody who has known devices came in on another; `country` is empty where unknown."""
    if not CredentialSlot.objects.filter(user=user, kind=CredentialSlotKind.DEVICE).exists():
        return
    for path in settings.NEW_DEVICE:
        import_string(path)(user=user, country=country)
