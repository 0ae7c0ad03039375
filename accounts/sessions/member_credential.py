"""The pair in the sealed session, and the device's cookie."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts import services
from accounts.credential_wrapping.slots import MemberCredential
from accounts.models import User
from accounts.services import pausing
from sermo.core.access import PASSKEY
from sermo.core.http import client_country

# Opened with the password, while a second factor is still to come.
PENDING_CREDENTIAL = "pending_credential"
MEMBER_CREDENTIAL = "member_credential"
# Which kind of second factor this sign-in passed; "" without one (read by sermo.core.access).
SECOND_FACTOR = "second_factor"
# Set when a device cookie has to go out with the next answer.
NEW_DEVICE = "new_device"


def record_second_factor(request: HttpRequest, records: Iterable[Mapping[str, Any]]) -> None:
    """Keep the strongest factor among allauth's records of this session: a passkey, if any."""
    kinds = [str(record.get("type", "")) for record in records if record.get("method") == "mfa"]
    passed = PASSKEY if PASSKEY in kinds else next(iter(kinds), "")
    if request.session.get(SECOND_FACTOR) != passed:
        request.session[SECOND_FACTOR] = passed


def store_pending_credential(request: HttpRequest, user: User, pair: MemberCredential) -> None:
    """Keep the pair until sign-in is complete, for this user only."""
    request.session[PENDING_CREDENTIAL] = {"user": str(user.pk), **_encode(pair)}


def pop_pending_credential(request: HttpRequest, user: User) -> MemberCredential | None:
    held = request.session.pop(PENDING_CREDENTIAL, None)
    return _decode(held) if held and held["user"] == str(user.pk) else None


def start_member_session(request: HttpRequest, user: User, pair: MemberCredential) -> None:
    """From now on this session acts as the member."""
    request.session[MEMBER_CREDENTIAL] = {**_encode(pair), "name": services.real_name(user)}
    services.on_sign_in(user=user, pair=pair)
    if not services.unwrap_with_device(user, device_token(request)):
        pausing.report_new_device(user=user, country=client_country(request))
        request.session[NEW_DEVICE] = services.add_device_slot(user=user, pair=pair)


def session_credential(request: HttpRequest) -> MemberCredential | None:
    held = request.session.get(MEMBER_CREDENTIAL)
    return _decode(held) if held else None


def device_token(request: HttpRequest) -> str:
    return request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")


def send_device_cookie(request: HttpRequest, response: HttpResponse) -> None:
    """Give a newly known device its cookie, once."""
    token = request.session.pop(NEW_DEVICE, "")
    if token:
        response.set_cookie(
            settings.DEVICE_COOKIE_NAME,
            token,
            max_age=settings.DEVICE_COOKIE_AGE,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def _encode(pair: MemberCredential) -> dict[str, str]:
    return {
        "member": pair.member_id.hex,
        "secret": base64.b64encode(pair.secret).decode(),
    }


def _decode(held: dict[str, str]) -> MemberCredential:
    return MemberCredential(UUID(held["member"]), base64.b64decode(held["secret"]))
