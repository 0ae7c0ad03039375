"""The keyed hash by which equal licence numbers are found without storing them in clear."""

from __future__ import annotations

from sermo.core import keys
from verification import schemes
from verification.schemes import validators

NUMBER_PURPOSE = "verification.number"


def number_index(scheme: str, country: str, number: str) -> bytes:
    """The keyed hash of a licence number, 32 bytes. Equal numbers give equal hashes."""
    message = f"{schemes.number_namespace(scheme, country)}:{validators.normalise(number)}"
    return keys.keyed_digest(keys.KeyName.BLIND_INDEX, NUMBER_PURPOSE, message.encode())
