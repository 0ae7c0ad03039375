"""The notice of proofing: another contact of record hears that somebody was admitted as them.

NIST SP 800-63A: it goes to another validated address than the one the code went to, and says how
to object.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from django.conf import settings
from django.core.mail import EmailMessage

from verification import clock, personal, phones
from verification.models import Application, ContactCode, ProofingNotice
from verification.pipeline.checks.contacts import PHONE, Contact, contacts_of_record
from verification.pipeline.checks.subject import Subject

VALID = dt.timedelta(days=60)


def digest(token: str) -> bytes:
    """32 bytes; the token itself has 192 random bits, so a plain hash is enough."""
    return hashlib.sha256(f"verification.notice:{token}".encode()).digest()


def send_notice(application: Application) -> None:
    """To a contact of record that did not get the code, where there is one. Once."""
    contact = _another_contact(application)
    if contact is None or ProofingNotice.objects.filter(application=application).exists():
        return
    token = secrets.token_urlsafe(24)
    now = clock.now()
    ProofingNotice.objects.create(
        application=application,
        token_digest=digest(token),
        sent_at=now,
        expires_at=now + VALID,
    )
    _send(contact, f"{settings.SERMO_BASE_URL}/join/not-me/{token}/")


def _another_contact(application: Application) -> Contact | None:
    """Neither the one the code went to nor the applicant's own, who hears of it anyway."""
    person = personal.open_(application.user.decrypt_data_key(), application.box)
    contacts = contacts_of_record(Subject(application, person))
    coded = ContactCode.objects.filter(application=application, used_at__isnull=False).exists()
    own = {person.email, application.user.email, phones.digits(person.phone)}
    others = contacts[1:] if coded else contacts
    return next((contact for contact in others if contact.address not in own), None)


def _send(contact: Contact, link: str) -> None:
    if contact.channel == PHONE:
        short = f"Sermo: a physician was admitted with your licence. Not you? {link}"
        phones.sender().send(contact.address, short)
        return
    text = (
        "Somebody was admitted to Sermo, a community of physicians, with your licence.\n\n"
        "If it was you, there is nothing you need to do.\n\n"
        f"If it was not you, say so here: {link}\n\n"
        "The membership is then suspended at once, and a person looks at it.\n"
    )
    EmailMessage("A physician was verified with your licence", text, to=[contact.address]).send()
