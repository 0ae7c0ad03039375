"""Send a code by text message: an interface, a null sender, and one that writes files.

No carrier is built in. A gateway is a class with these two members, named in `SERMO_PHONE_SENDER`;
without one, codes go to mailboxes only.
"""

from __future__ import annotations

import os
import uuid
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from sermo.core.identifiers import fold

US_NUMBER_LENGTH = 10


class SmsSender(Protocol):
    is_configured: bool

    def send(self, number: str, text: str) -> None:
        """Send the text to a North American number of 10 digits.

        Raises `OSError` if the gateway fails.
        """


class NullSmsSender:
    """No gateway: telephones are never offered."""

    is_configured = False

    def send(self, number: str, text: str) -> None:
        raise OSError("no telephone gateway is configured")


class FileSmsSender:
    """Writes each message to a file, for a site on one machine without a carrier."""

    is_configured = True

    def send(self, number: str, text: str) -> None:
        folder = Path(settings.PHONE_SPOOL)
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / f"{uuid.uuid4().hex}.txt", os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(f"To: {number}\n\n{text}\n")


@lru_cache(maxsize=4)
def _load_sender(path: str) -> SmsSender:
    sender: SmsSender = import_string(path)()
    return sender


def sms_sender() -> SmsSender:
    """The configured sender."""
    return _load_sender(getattr(settings, "PHONE_SENDER", "verification.vendors.sms.NullSmsSender"))


def us_number_digits(number: str) -> str:
    """10 digits without the country code; empty for anything else."""
    digits = "".join(
        character for character in fold(number) if character.isascii() and character.isdigit()
    )
    digits = digits[1:] if len(digits) == US_NUMBER_LENGTH + 1 and digits[0] == "1" else digits
    return digits if len(digits) == US_NUMBER_LENGTH else ""
