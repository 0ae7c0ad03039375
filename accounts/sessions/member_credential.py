"""The member credential in the encrypted session, and the second factor of the sign-in."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts import selectors, services
from accounts.credential_wrapping import slots
from accounts.credential_wrapping.member_credential import MemberCredential
from accounts.models import SlotContents, User
from accounts.services.pausing import report_new_device
from accounts.sessions import device_cookie
from sermo.core.access import PASSKEY
from sermo.core.http import client_country
from sermo.members.services import earlier_state, has_record

# Session keys. Unwrapped with the password while a second factor is still to come.
PENDING_CREDENTIAL = "pending_credential"
# Read by sermo.members.viewer.middleware.
MEMBER_CREDENTIAL = "member_credential"
# Whether the membership was issued, as it was at the sign-in (read by sermo.core.access).
MEMBERSHIP_ISSUED = "membership_issued"
# The kind of second factor that this sign-in passed, or "" (read by sermo.core.access).
SECOND_FACTOR = "second_factor"


def record_second_factor(request: HttpRequest, records: Iterable[Mapping[str, Any]]) -> None:
    """Keep the strongest factor among allauth's records of this session: a passkey, if any."""
    kinds = [str(record.get("type", "")) for record in records if record.get("method") == "mfa"]
    passed = PASSKEY if PASSKEY in kinds else next(iter(kinds), "")
    if request.session.get(SECOND_FACTOR) != passed:
        request.session[SECOND_FACTOR] = passed


def store_pending_credential(
    request: HttpRequest, user: User, credential: MemberCredential
) -> None:
    """Keep the credential until the sign-in is complete, for this user only."""
    request.session[PENDING_CREDENTIAL] = {"user": str(user.pk), **_encode(credential)}


def pop_pending_credential(request: HttpRequest, user: User) -> MemberCredential | None:
    """The credential kept for this user, removed from the session; None if there is none."""
    stored = request.session.pop(PENDING_CREDENTIAL, None)
    return _decode(stored) if stored and stored["user"] == str(user.pk) else None


def slots_of(request: HttpRequest, user: User) -> SlotContents:
    """The user's slots, read once for each request."""
    read: dict[UUID, SlotContents] = vars(request).setdefault("_slots_by_user", {})
    if user.pk not in read:
        read[user.pk] = selectors.read_slots(user.pk)
    return read[user.pk]


def is_membership_issued(request: HttpRequest) -> bool:
    """Whether it was issued when this session signed in or entered. No statement."""
    return bool(request.session.get(MEMBERSHIP_ISSUED))


def record_membership(request: HttpRequest, *, is_issued: bool) -> None:
    """Keep in the session whether the membership was issued: no column of the user says it."""
    if is_membership_issued(request) != is_issued:
        request.session[MEMBERSHIP_ISSUED] = is_issued


def start_member_session(request: HttpRequest, user: User, credential: MemberCredential) -> None:
    """From now on this session acts as the member; an unknown device becomes known.

    A member whom the community no longer knows, because it was restored to an earlier day, may
    enter again.
    """
    if not has_record(credential.member_id):
        _let_enter_again(request, user)
        return
    contents, token = slots_of(request, user), device_cookie.device_token(request)
    if slots.open_with_device(contents, token) is None:
        report_new_device(user=user, contents=contents, country=client_country(request))
    new_token = services.on_sign_in(
        user=user, credential=credential, contents=contents, device_token=token
    )
    record_membership(request, is_issued=True)
    request.session[MEMBER_CREDENTIAL] = {
        **_encode(credential),
        "name": selectors.real_name(user),
        "facts": selectors.member_facts(user),
        **earlier_state(member_id=credential.member_id, secret=credential.secret),
    }
    if new_token:
        device_cookie.schedule_device_cookie(request, new_token)


def _let_enter_again(request: HttpRequest, user: User) -> None:
    services.allow_new_entry(user=user)
    vars(request).pop("_slots_by_user", None)
    record_membership(request, is_issued=False)
    messages.info(
        request,
        _("A failure took this site back to a day before you entered. Please choose a name again."),
    )


def session_credential(request: HttpRequest) -> MemberCredential | None:
    """The credential this session acts with; None before the member session starts."""
    stored = request.session.get(MEMBER_CREDENTIAL)
    return _decode(stored) if stored else None


def _encode(credential: MemberCredential) -> dict[str, str]:
    return {
        "member": credential.member_id.hex,
        "secret": base64.b64encode(credential.secret).decode(),
    }


def _decode(stored: dict[str, str]) -> MemberCredential:
    return MemberCredential(UUID(stored["member"]), base64.b64decode(stored["secret"]))
