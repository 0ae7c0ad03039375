"""make_*: the least that is true of each thing, synthetic and recognisably so."""

from __future__ import annotations

import base64
import datetime as dt
from functools import lru_cache

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client
from django.utils import timezone

from accounts.models import User
from sermo.core import crypto
from sermo.members.models import Member
from sermo.members.viewer import Viewer

PASSWORD = "a-long-synthetic-pass-phrase"
MONTH = dt.date(2026, 1, 1)


@lru_cache(maxsize=1)
def _password_hash() -> str:
    from django.contrib.auth.hashers import make_password

    return make_password(PASSWORD)


def make_user(name: str = "applicant", *, role: str = "", issued: bool = False) -> User:
    """Somebody with an e-mail address that is confirmed and the cast's pass phrase."""
    from allauth.account.models import EmailAddress

    user = User.objects.create_user(email=f"{name}@mail.example")
    user.password = _password_hash()
    user.role = role
    user.membership_issued_month = MONTH if issued else None
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_member(handle: str, *, specialty: str = "internal", role: str = "") -> Member:
    return Member.objects.create(
        handle=handle,
        handle_key=handle,
        specialty=specialty,
        years="11-20",
        country="US",
        line_specialty=specialty,
        line_years="11-20",
        line_place="US",
        role=role,
        joined_month=MONTH,
        escrow=b"synthetic",
    )


def make_viewer(handle: str, *, specialty: str = "internal", role: str = "") -> Viewer:
    """A member and the secret of their session."""
    return Viewer(make_member(handle, specialty=specialty, role=role), crypto.new_secret())


def client_for(who: Viewer | User | None) -> Client:
    """A browser signed in as this member, or as this user without a membership.

    The member's user is made on the spot: nothing in either store says whose it is.
    """
    client = Client()
    if who is None:
        return client
    user = who if isinstance(who, User) else make_user(f"{who.member.handle}-user", issued=True)
    session = client.session
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    if isinstance(who, Viewer):
        session["pair"] = {
            "member": who.member.pk.hex,
            "secret": base64.b64encode(who.secret).decode(),
        }
    session["signed_in_at"] = timezone.now().isoformat()
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client
