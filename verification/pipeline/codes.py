"""The code that goes to the contact on the register, and only there."""

from __future__ import annotations

import datetime as dt
import hmac
import secrets

from django.utils import timezone

from sermo.core import keys
from verification import personal
from verification.models import Application, ContactCode
from verification.pipeline.checks import Subject, contact_of_record
from verification.pipeline.mails import send_code_to

VALID = dt.timedelta(hours=24)
AGAIN_AFTER = dt.timedelta(minutes=2)
MOST_CODES = 3
MOST_ATTEMPTS = 5
DIGITS = 8


def digest(application: Application, code: str) -> bytes:
    """32 bytes; equal only for the same code of the same application."""
    said = application.pk.bytes + code.encode()
    return keys.keyed_digest(keys.Name.BI, "verification.code", said)


def matches(application: Application, code: ContactCode, typed: str) -> bool:
    """Whether the typed digits are the code; spaces do not count."""
    plain = "".join(typed.split())
    return hmac.compare_digest(code.digest, digest(application, plain))


def send_code(application: Application) -> bool:
    """Send a new code to the contact on the register; False where there is none any more."""
    person = personal.open_(application.user.open_data_key(), application.box)
    address = contact_of_record(Subject(application, person))
    if not address:
        return False
    code = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
    now = timezone.now()
    ContactCode.objects.create(
        application=application,
        digest=digest(application, code),
        sent_at=now,
        expires_at=now + VALID,
    )
    # The application waits as long as the code is good.
    Application.objects.filter(pk=application.pk).update(expires_at=now + VALID)
    send_code_to(address, code)
    return True
