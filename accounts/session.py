"""The pair in the sealed session, and the device's cookie."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts import services, standing
from accounts.models import User
from accounts.sealing import Pair
from sermo.core.access import PASSKEY
from sermo.core.http import client_country

# Opened with the password, while a second factor is still to come.
OPENED = "opened"
PAIR = "pair"
# Which kind of second factor this sign-in passed; "" without one (read by sermo.core.access).
SECOND_FACTOR = "second_factor"
# Set when a device cookie has to go out with the next answer.
DEVICE = "new_device"


def note_second_factor(request: HttpRequest, records: Iterable[Mapping[str, Any]]) -> None:
    """Keep the strongest factor among allauth's records of this session: a passkey, if any."""
    kinds = [str(record.get("type", "")) for record in records if record.get("method") == "mfa"]
    passed = PASSKEY if PASSKEY in kinds else next(iter(kinds), "")
    if request.session.get(SECOND_FACTOR) != passed:
        request.session[SECOND_FACTOR] = passed


def hold_opened(request: HttpRequest, user: User, pair: Pair) -> None:
    """Keep the pair until sign-in is complete, for this user only."""
    request.session[OPENED] = {"user": str(user.pk), **_encode(pair)}


def take_opened(request: HttpRequest, user: User) -> Pair | None:
    held = request.session.pop(OPENED, None)
    return _decode(held) if held and held["user"] == str(user.pk) else None


def admit(request: HttpRequest, user: User, pair: Pair) -> None:
    """From now on this session acts as the member."""
    request.session[PAIR] = {**_encode(pair), "name": services.real_name(user)}
    services.came_in(user=user, pair=pair)
    if not services.open_with_device(user, device_token(request)):
        standing.tell_of_new_device(user=user, country=client_country(request))
        request.session[DEVICE] = services.remember_device(user=user, pair=pair)


def pair_of(request: HttpRequest) -> Pair | None:
    held = request.session.get(PAIR)
    return _decode(held) if held else None


def device_token(request: HttpRequest) -> str:
    return request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")


def send_device_cookie(request: HttpRequest, response: HttpResponse) -> None:
    """Give a newly known device its cookie, once."""
    token = request.session.pop(DEVICE, "")
    if token:
        response.set_cookie(
            settings.DEVICE_COOKIE_NAME,
            token,
            max_age=settings.DEVICE_COOKIE_AGE,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def _encode(pair: Pair) -> dict[str, str]:
    return {
        "member": pair.member_id.hex,
        "secret": base64.b64encode(pair.secret).decode(),
    }


def _decode(held: dict[str, str]) -> Pair:
    return Pair(UUID(held["member"]), base64.b64decode(held["secret"]))
