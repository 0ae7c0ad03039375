"""Ending every session, and the work of a sign-up that must not be told by its time."""

from __future__ import annotations

import secrets
import uuid

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.models.users import User, new_session_salt
from accounts.services.credential_slots import delete_device_slots
from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.routers import IDENTITY


@transaction.atomic(using=IDENTITY)
def end_all_sessions(*, user: User) -> None:
    """Sign out everywhere, and delete every device slot."""
    change_session_salt(user=user)
    delete_device_slots(user=user)
    # About one person: recorded with the month.
    record_audit_event(
        AuditAction.ALL_SESSIONS_ENDED, store="identity", actor="user", target=f"user:{user.pk}"
    )


def change_session_salt(*, user: User) -> None:
    """Every session ends at its next request, unless it gets the new hash."""
    user.session_salt = new_session_salt()
    User.objects.filter(pk=user.pk).update(session_salt=user.session_salt)


def equalise_sign_up_timing() -> None:
    """The work of a sign-up, rolled back: time must not tell that an address has an account."""
    address = f"{uuid.uuid4().hex}@nobody.invalid"
    with transaction.atomic(using=IDENTITY):
        user = User.objects.create_user(email=address, password=secrets.token_hex(16))
        EmailAddress.objects.create(user=user, email=address, primary=True)
        transaction.set_rollback(True, using=IDENTITY)
