"""Codes sent to the contact that a register holds for the licence, and to no other address."""

from __future__ import annotations

import datetime as dt
import hmac
import secrets

from sermo.core import clock, keys
from sermo.core.identifiers import fold
from verification.models import Application, ContactCode
from verification.personal_data import applicant_details
from verification.pipeline.checks.contacts import PHONE, contacts_of_record
from verification.pipeline.checks.subject import CheckSubject
from verification.pipeline.emails import send_code_to_contact

# Lifetime of an enrolment code by channel (NIST SP 800-63A).
EMAIL_CODE_VALID = dt.timedelta(hours=24)
PHONE_CODE_VALID = dt.timedelta(minutes=10)
RESEND_AFTER = dt.timedelta(minutes=2)
MAX_CODES = 3
MAX_ATTEMPTS = 5
CODE_DIGITS = 8


def code_digest(application: Application, code: str) -> bytes:
    """32 bytes that are equal only for the same code of the same application."""
    message = application.pk.bytes + code.encode()
    return keys.keyed_digest(keys.KeyName.BLIND_INDEX, "verification.code", message)


def code_matches(application: Application, code: ContactCode, typed: str) -> bool:
    """Whether the typed digits are the code. Spaces are ignored; the time does not depend on the
    digits.
    """
    plain = "".join(fold(typed).split())
    return hmac.compare_digest(code.digest, code_digest(application, plain))


def send_code(application: Application) -> bool:
    """Send a new code to the best contact of record. Returns False if there is no contact any more.

    A code by telephone is valid for 10 minutes, a code by email for 24 hours. The caller holds the
    lock on the application.
    """
    person = applicant_details.decrypt(
        application.user.decrypt_data_key(), application.details_ciphertext
    )
    contacts = contacts_of_record(CheckSubject(application, person))
    if not contacts:
        return False
    contact = contacts[0]
    code = "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))
    now = clock.now()
    ContactCode.objects.create(
        application=application,
        digest=code_digest(application, code),
        channel=contact.channel,
        sent_at=now,
        expires_at=now + (PHONE_CODE_VALID if contact.channel == PHONE else EMAIL_CODE_VALID),
    )
    # The application waits as long as another code can be requested.
    Application.objects.filter(pk=application.pk).update(expires_at=now + EMAIL_CODE_VALID)
    send_code_to_contact(contact, code)
    return True
