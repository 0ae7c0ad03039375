"""Social security numbers: closed for one check, found again by a keyed hash, never shown.

Each lies under a key of its own, and that key under one that no database holds. A billion numbers
are tried in seconds, so the hash that finds duplicates is keyed too.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from sermo.core import clock, crypto, keys
from verification.models import Application, SocialSecurityNumber, SsnClaim

SSN_LENGTH = 9
KEY_PURPOSE = "verification.ssn-key"
INDEX_PURPOSE = "verification.ssn"


def normalise_ssn(raw: str) -> str:
    """Nine digits; empty for anything else, and for numbers never issued to anybody."""
    plain = "".join(sign for sign in raw if sign not in " -\u2011\u2013")
    if len(plain) != SSN_LENGTH or not (plain.isascii() and plain.isdigit()):
        return ""
    impossible = plain[:3] == "000" or plain[3:5] == "00" or plain[5:] == "0000"
    return "" if impossible else plain


def ssn_index(number: str) -> bytes:
    """32 bytes, equal for equal numbers, telling nothing without the key."""
    return keys.keyed_digest(keys.KeyName.BLIND_INDEX, INDEX_PURPOSE, number.encode())


def store_ssn(application: Application, number: str) -> None:
    """Close the number for its check. Call it with the application locked."""
    key = crypto.new_secret()
    SocialSecurityNumber.objects.update_or_create(
        application=application,
        defaults={
            "wrapped_key": crypto.encrypt_with_named_key(keys.KeyName.FIELD, KEY_PURPOSE, key),
            "ciphertext": crypto.encrypt(key, number.encode()),
            "erase_at": clock.now() + dt.timedelta(hours=settings.SECRET_HOURS),
        },
    )
    SsnClaim.objects.update_or_create(
        application=application,
        defaults={"user": application.user, "ssn_index": ssn_index(number)},
    )


def decrypt_ssn(application: Application) -> str:
    """The number, while it is kept; empty once it is erased. Raises `DecryptionError`."""
    secret = SocialSecurityNumber.objects.filter(application=application).first()
    if secret is None:
        return ""
    key = crypto.decrypt_with_named_key(keys.KeyName.FIELD, KEY_PURPOSE, secret.wrapped_key)
    return crypto.decrypt(key, secret.ciphertext).decode()
