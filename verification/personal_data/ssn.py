"""Social security numbers: closed for one check, found again by a keyed hash, never shown.

Each lies under a key of its own, and that key under one that no database holds. A billion numbers
are tried in seconds, so the hash that finds duplicates is keyed too.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from sermo.core import clock, crypto, keys
from verification.models import Application, SecretNumber, SsnClaim

LENGTH = 9
WRAP = "verification.ssn-key"
INDEX = "verification.ssn"


def digits(raw: str) -> str:
    """Nine digits; empty for anything else, and for numbers never issued to anybody."""
    plain = "".join(sign for sign in raw if sign not in " -\u2011\u2013")
    if len(plain) != LENGTH or not (plain.isascii() and plain.isdigit()):
        return ""
    impossible = plain[:3] == "000" or plain[3:5] == "00" or plain[5:] == "0000"
    return "" if impossible else plain


def index(number: str) -> bytes:
    """32 bytes, equal for equal numbers, telling nothing without the key."""
    return keys.keyed_digest(keys.KeyName.BLIND_INDEX, INDEX, number.encode())


def keep(application: Application, number: str) -> None:
    """Close the number for its check. Call it with the application locked."""
    key = crypto.new_secret()
    SecretNumber.objects.update_or_create(
        application=application,
        defaults={
            "key_box": crypto.encrypt_with_named_key(keys.KeyName.FIELD, WRAP, key),
            "box": crypto.encrypt(key, number.encode()),
            "erase_at": clock.now() + dt.timedelta(hours=settings.SECRET_HOURS),
        },
    )
    SsnClaim.objects.update_or_create(
        application=application,
        defaults={"user": application.user, "index": index(number)},
    )


def open_(application: Application) -> str:
    """The number, while it is kept; empty once it is erased. Raises `DecryptionError`."""
    secret = SecretNumber.objects.filter(application=application).first()
    if secret is None:
        return ""
    key = crypto.decrypt_with_named_key(keys.KeyName.FIELD, WRAP, secret.key_box)
    return crypto.decrypt(key, secret.box).decode()
