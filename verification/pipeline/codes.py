"""The code that goes to the contact on the register, and only there."""

from __future__ import annotations

import datetime as dt
import hmac
import secrets

from sermo.core import keys
from verification import clock, personal
from verification.models import Application, ContactCode
from verification.pipeline.checks.contacts import PHONE, contacts_of_record
from verification.pipeline.checks.subject import Subject
from verification.pipeline.mails import send_code_to

# NIST SP 800-63A: how long an enrolment code stays good, by its way.
VALID = dt.timedelta(hours=24)
VALID_BY_PHONE = dt.timedelta(minutes=10)
AGAIN_AFTER = dt.timedelta(minutes=2)
MOST_CODES = 3
MOST_ATTEMPTS = 5
DIGITS = 8


def digest(application: Application, code: str) -> bytes:
    """32 bytes; equal only for the same code of the same application."""
    said = application.pk.bytes + code.encode()
    return keys.keyed_digest(keys.KeyName.BLIND_INDEX, "verification.code", said)


def matches(application: Application, code: ContactCode, typed: str) -> bool:
    """Whether the typed digits are the code; spaces do not count."""
    plain = "".join(typed.split())
    return hmac.compare_digest(code.digest, digest(application, plain))


def send_code(application: Application) -> bool:
    """Send a new code to the contact of record; False where there is none any more.

    A telephone's code is good for ten minutes, a mailbox's for a day.
    """
    person = personal.open_(application.user.decrypt_data_key(), application.box)
    contacts = contacts_of_record(Subject(application, person))
    if not contacts:
        return False
    contact = contacts[0]
    code = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
    now = clock.now()
    ContactCode.objects.create(
        application=application,
        digest=digest(application, code),
        channel=contact.channel,
        sent_at=now,
        expires_at=now + (VALID_BY_PHONE if contact.channel == PHONE else VALID),
    )
    # The application waits as long as another code can be asked for.
    Application.objects.filter(pk=application.pk).update(expires_at=now + VALID)
    send_code_to(contact, code)
    return True
