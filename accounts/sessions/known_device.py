"""Devices on which a person has signed in before. Only limits of attempts ask for them.

The device cookie of OWASP: what strangers do elsewhere never keeps the owner out on such a device,
because it has counters of its own. The cookie holds an entry for each of the last accounts:

    base64(nonce, last day, HMAC(signing key, user id, session salt, nonce, last day))

It names no account, nothing about it is stored here, and "sign out everywhere" ends it. It lets
nobody in: another cookie unwraps the credential (`accounts.sessions.device_cookie`).
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from accounts.models import User

# Physicians share the computers of a ward. The account used longest ago leaves.
MAX_ACCOUNTS = 8
_NONCE_BYTES, _DAY_BYTES, _MAC_BYTES = 12, 4, 16
_ENTRY_BYTES = _NONCE_BYTES + _DAY_BYTES + _MAC_BYTES
_DAY_SECONDS = 86_400


@dataclass(frozen=True)
class _Entry:
    nonce: bytes
    # Days since 1970.
    last_day: int
    mac: bytes

    def encode(self) -> str:
        raw = self.nonce + self.last_day.to_bytes(_DAY_BYTES, "big") + self.mac
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    def belongs_to(self, user: User) -> bool:
        return hmac.compare_digest(self.mac, _mac(user, self.nonce, self.last_day))


def has_known_accounts(request: HttpRequest) -> bool:
    """Whether anybody has signed in on this device, by the form of its cookie. No statement."""
    return next(_entries(request), None) is not None


def known_device(request: HttpRequest, user: User) -> str:
    """A name of this device if the user has signed in on it; else ""."""
    return next((entry.nonce.hex() for entry in _entries(request) if entry.belongs_to(user)), "")


def counted_as(request: HttpRequest, user: User) -> str:
    """Whom a limit of the user's own actions is for: on a known device that device alone.

    So whoever knows only the password uses up nothing of the owner's.
    """
    return known_device(request, user) or str(user.pk)


def remember_after_response(request: HttpRequest, user: User) -> None:
    """The response of this request makes the device known (`send_known_device`)."""
    vars(request)["_signed_in_here"] = user


def send_known_device(request: HttpRequest, response: HttpResponse) -> None:
    """Set or renew the cookie if somebody has proved here who they are."""
    user: User | None = vars(request).pop("_signed_in_here", None)
    if user is None:
        return
    others = [entry for entry in _entries(request) if not entry.belongs_to(user)]
    own = _new_entry(user, known_device(request, user))
    kept = [*others, own][-MAX_ACCOUNTS:]
    response.set_cookie(
        settings.KNOWN_DEVICE_COOKIE_NAME,
        ".".join(entry.encode() for entry in kept),
        max_age=settings.DEVICE_COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _new_entry(user: User, name: str) -> _Entry:
    """With the name that the device has, so that its counters go on."""
    nonce = bytes.fromhex(name) if name else secrets.token_bytes(_NONCE_BYTES)
    last_day = _today() + settings.DEVICE_COOKIE_AGE // _DAY_SECONDS
    return _Entry(nonce, last_day, _mac(user, nonce, last_day))


def _mac(user: User, nonce: bytes, last_day: int) -> bytes:
    signed = f"{user.pk}:{user.session_salt}:{nonce.hex()}:{last_day}"
    digest = salted_hmac("accounts.sessions.known_device", signed, algorithm="sha256").digest()
    return digest[:_MAC_BYTES]


def _entries(request: HttpRequest) -> Iterator[_Entry]:
    """Entries of the cookie that have not ended; whatever else it holds is left out."""
    cookie = request.COOKIES.get(settings.KNOWN_DEVICE_COOKIE_NAME, "")
    for text in cookie.split(".")[:MAX_ACCOUNTS]:
        try:
            raw = base64.b64decode(text + "=", altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            continue
        nonce, rest = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
        last_day = int.from_bytes(rest[:_DAY_BYTES], "big")
        if len(raw) == _ENTRY_BYTES and last_day >= _today():
            yield _Entry(nonce, last_day, rest[_DAY_BYTES:])


def _today() -> int:
    return int(time.time()) // _DAY_SECONDS
