"""The notice of proofing: another contact of record learns that somebody was admitted.

NIST SP 800-63A: it goes to another validated address than the code, and says how to object.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from django.conf import settings
from django.core.mail import EmailMessage

from sermo.core import clock
from verification.models import Application, ContactCode, ProofingNotice
from verification.personal_data import applicant_details
from verification.pipeline.checks.contacts import PHONE, ContactOfRecord, contacts_of_record
from verification.pipeline.checks.subject import CheckSubject
from verification.vendors import sms

NOTICE_VALID = dt.timedelta(days=60)


def token_digest(token: str) -> bytes:
    """32 bytes. The token has 192 random bits, so an unkeyed hash is enough."""
    return hashlib.sha256(f"verification.notice:{token}".encode()).digest()


def send_proofing_notice(application: Application) -> None:
    """Send the notice to a contact of record that did not get the code, if there is one. Sent
    once.
    """
    contact = _another_contact(application)
    if contact is None or ProofingNotice.objects.filter(application=application).exists():
        return
    token = secrets.token_urlsafe(24)
    now = clock.now()
    ProofingNotice.objects.create(
        application=application,
        token_digest=token_digest(token),
        sent_at=now,
        expires_at=now + NOTICE_VALID,
    )
    _send(contact, f"{settings.SERMO_BASE_URL}/join/not-me/{token}/")


def _another_contact(application: Application) -> ContactOfRecord | None:
    """A contact that got no code and is not the applicant's own address; None if there is none."""
    person = applicant_details.decrypt(
        application.user.decrypt_data_key(), application.details_ciphertext
    )
    contacts = contacts_of_record(CheckSubject(application, person))
    coded = ContactCode.objects.filter(application=application, used_at__isnull=False).exists()
    own = {person.email, application.user.email, sms.us_number_digits(person.phone)}
    others = contacts[1:] if coded else contacts
    return next((contact for contact in others if contact.address not in own), None)


def _send(contact: ContactOfRecord, link: str) -> None:
    if contact.channel == PHONE:
        short = f"Sermo: a physician was admitted with your licence. Not you? {link}"
        sms.sms_sender().send(contact.address, short)
        return
    text = (
        "Somebody was admitted to Sermo, a community of physicians, with your licence.\n\n"
        "If it was you, there is nothing you need to do.\n\n"
        f"If it was not you, say so here: {link}\n\n"
        "The membership is then suspended at once, and a person looks at it.\n"
    )
    EmailMessage("A physician was verified with your licence", text, to=[contact.address]).send()
