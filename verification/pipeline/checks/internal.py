"""Checks that ask no other service: number format, own records, documents and binding."""

from __future__ import annotations

from django.db.models import Q

from verification import policy, schemes
from verification.models import Credential, SsnClaim
from verification.pipeline.checks.contacts import contacts_of_record
from verification.pipeline.checks.institutional_email import is_institutional
from verification.pipeline.checks.subject import CheckOutcome, CheckSubject
from verification.schemes import validators
from verification.vendors import adapters


def check_number_format(subject: CheckSubject) -> CheckOutcome:
    scheme = schemes.BY_CODE[subject.application.scheme]
    person = subject.person
    me_ok = not person.me_number or validators.me(validators.normalise(person.me_number))
    valid = scheme.valid(subject.number) and me_ok
    return CheckOutcome(
        "valid" if valid else "invalid", {"licence_named": bool(person.licence_number)}
    )


def check_own_records(subject: CheckSubject) -> CheckOutcome:
    """Whether licence number or social security number is banned or belongs to another account."""
    application = subject.application
    credentials = Credential.objects.filter(number_index=application.number_index)
    active = credentials.filter(active=True)
    # A member who is verified again holds the number through their first application.
    is_ours = active.filter(
        Q(application=application) | Q(user_id=application.user_id, confirmed=True)
    ).exists()
    members = set(credentials.filter(active=True, confirmed=True).values_list("user_id", flat=True))
    members.discard(application.user_id)
    claim = SsnClaim.objects.filter(application=application).first()
    same_ssn = (
        SsnClaim.objects.filter(ssn_index=claim.ssn_index) if claim else SsnClaim.objects.none()
    )
    holders = set(same_ssn.filter(confirmed=True).values_list("user_id", flat=True))
    holders.discard(application.user_id)
    return CheckOutcome(
        "asked",
        {
            "banned": credentials.filter(banned=True).exists()
            or same_ssn.filter(banned=True).exists(),
            "duplicate": bool(members & holders),
            "contested": not is_ours,
            "ssn_used": bool(holders),
        },
    )


def check_documents(subject: CheckSubject) -> CheckOutcome:
    has_document = subject.application.documents.filter(deleted_at__isnull=True).exists()
    examined = adapters.document_examiner().examine(str(subject.application.pk))
    agrees = examined is None or (examined.name_matches and examined.birth_date_matches)
    return CheckOutcome("present" if has_document else "absent", {"differs": not agrees})


def check_binding(subject: CheckSubject) -> CheckOutcome:
    """Which factors tie the person to the licence: a code from a contact of record, or a mailbox.

    The rules add the identity questions, and the reviewer a document they saw.
    """
    person = subject.person
    bound = []
    if person.bound_by_code:
        bound.append(policy.BindingFactor.RECORD_CONTACT_CODE)
    if is_institutional(person.email_domain):
        bound.append(policy.BindingFactor.INSTITUTIONAL_EMAIL)
    return CheckOutcome(
        "asked",
        {
            "bound_by": [str(factor) for factor in bound],
            "code_possible": bool(contacts_of_record(subject)),
        },
    )
