"""Contacts to which a code may be sent: mailboxes and telephones that a register holds."""

from __future__ import annotations

from dataclasses import dataclass

from sermo.core.identifiers import normalise_email
from verification.models import ContactCode, StepName
from verification.pipeline.checks.subject import CheckSubject
from verification.vendors import sms

EMAIL, PHONE = ContactCode.Channel.MAIL, ContactCode.Channel.PHONE


@dataclass(frozen=True)
class ContactOfRecord:
    channel: str
    address: str


def contacts_of_record(subject: CheckSubject) -> list[ContactOfRecord]:
    """Contacts, best first: mailboxes before telephones, the Masterfile before NPPES.

    Empty without consent. An address that only the applicant has given, at sign-up or in the form,
    is not a contact of record.
    """
    if not subject.application.consents.filter(kind="contact").exists():
        return []
    contacts: list[ContactOfRecord] = []
    row = subject.register_row
    if row is not None and row.contact_email:
        contacts.append(ContactOfRecord(EMAIL, normalise_email(row.contact_email)))
    masterfile, nppes = (
        subject.private_data_of(StepName.AMA),
        subject.private_data_of(StepName.NPPES),
    )
    contacts += [
        ContactOfRecord(EMAIL, normalise_email(mail))
        for mail in masterfile.get("emails", [])
        if mail
    ]
    if sms.sms_sender().is_configured:
        numbers = [*masterfile.get("phones", []), *nppes.get("phones", [])]
        if row is not None and row.contact_phone:
            numbers.append(row.contact_phone)
        contacts += [
            ContactOfRecord(PHONE, digits)
            for digits in map(sms.us_number_digits, numbers)
            if digits
        ]
    return list(dict.fromkeys(contacts))
