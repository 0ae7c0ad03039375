"""Social security numbers: encrypted for one check, compared by a keyed hash, never shown.

Each has a key of its own, wrapped by a key outside the database. There are only 10⁹ numbers, so an
unkeyed hash could be reversed in seconds.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from sermo.core import clock, crypto, keys
from sermo.core.identifiers import fold
from verification.models import Application, SocialSecurityNumber, SsnClaim

SSN_LENGTH = 9
KEY_PURPOSE = "verification.ssn-key"
INDEX_PURPOSE = "verification.ssn"


def normalise_ssn(raw: str) -> str:
    """9 digits; empty for anything else and for numbers that are never issued."""
    number = "".join(character for character in fold(raw) if character not in " -\u2011\u2013")
    if len(number) != SSN_LENGTH or not (number.isascii() and number.isdigit()):
        return ""
    is_impossible = number[:3] == "000" or number[3:5] == "00" or number[5:] == "0000"
    return "" if is_impossible else number


def ssn_index(number: str) -> bytes:
    """The keyed hash of a number, 32 bytes. Equal numbers give equal hashes."""
    return keys.keyed_digest(keys.KeyName.BLIND_INDEX, INDEX_PURPOSE, number.encode())


def store_ssn(application: Application, number: str) -> None:
    """Encrypt and store the number for its check. Call it with the application locked."""
    key = crypto.new_secret()
    SocialSecurityNumber.objects.update_or_create(
        application=application,
        defaults={
            "wrapped_key": crypto.encrypt_with_named_key(keys.KeyName.FIELD, KEY_PURPOSE, key),
            "ciphertext": crypto.encrypt(key, number.encode()),
            "erase_at": clock.now() + dt.timedelta(hours=settings.SSN_HOURS),
        },
    )
    SsnClaim.objects.update_or_create(
        application=application,
        defaults={"user": application.user, "ssn_index": ssn_index(number)},
    )


def decrypt_ssn(application: Application) -> str:
    """The number; empty once it is deleted.

    Raises `DecryptionError`.
    """
    secret = SocialSecurityNumber.objects.filter(application=application).first()
    if secret is None:
        return ""
    key = crypto.decrypt_with_named_key(keys.KeyName.FIELD, KEY_PURPOSE, secret.wrapped_key)
    return crypto.decrypt(key, secret.ciphertext).decode()
