"""Binding factors: what ties the person at the keyboard to the licence."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from accounts.models import User
from tests.factories_verification import (
    INSTITUTION,
    UNKNOWN_NPI,
    make_applicant,
    make_draft,
    picture,
)
from verification import policy, services
from verification.errors import BindingMissing
from verification.models import (
    Application,
    ApplicationDecisionKind,
    ApplicationState,
    Decision,
)
from verification.pipeline.checks import institutional_email
from verification.pipeline.worker import process_application
from verification.policy import (
    BindingFactor,
    DeviceStatus,
    Facts,
    IdentityStatus,
    Lookup,
    PolicyVerdict,
    QuestionStatus,
)
from verification.policy.enums import LicenceStatus, Profession
from verification.policy.facts import DeviceFacts, IdentityFacts, RegisterFacts
from verification.policy.matching import Agreement
from verification.policy.reasons import Reason

KNOWN_ABROAD = RegisterFacts(
    lookup=Lookup.FOUND,
    licence_status=LicenceStatus.ACTIVE,
    profession=Profession.PHYSICIAN,
    name=Agreement.AGREES,
)


@pytest.mark.parametrize(
    "domain",
    ["gmail.com", "GMAIL.COM", "alumni.harvard.edu", "post.harvard.edu", "x.univhospital.example"],
)
def test_free_mail_domains_do_not_count_even_if_listed(settings: Any, domain: str) -> None:
    settings.INSTITUTIONAL_DOMAINS = frozenset(
        {INSTITUTION, "gmail.com", "alumni.harvard.edu", "post.harvard.edu"}
    )

    assert not institutional_email.is_institutional(domain)
    assert institutional_email.is_institutional(INSTITUTION)


@pytest.mark.parametrize(
    ("bound_by", "device", "verdict"),
    [
        ((BindingFactor.RECORD_CONTACT_CODE,), DeviceStatus.UNKNOWN, PolicyVerdict.APPROVE),
        ((BindingFactor.INSTITUTIONAL_EMAIL,), DeviceStatus.SEEN, PolicyVerdict.APPROVE),
        ((BindingFactor.INSTITUTIONAL_EMAIL,), DeviceStatus.UNKNOWN, PolicyVerdict.REVIEW),
        # The rules cannot read a document; the reviewer who saw it decides.
        ((BindingFactor.DOCUMENT_SEEN,), DeviceStatus.SEEN, PolicyVerdict.REVIEW),
        ((), DeviceStatus.SEEN, PolicyVerdict.REVIEW),
    ],
)
def test_each_binding_factor_has_its_effect(
    bound_by: tuple[BindingFactor, ...], device: DeviceStatus, verdict: PolicyVerdict
) -> None:
    facts = Facts(
        format_ok=True,
        register=KNOWN_ABROAD,
        bound_by=bound_by,
        device=DeviceFacts(answer=device),
    )

    assert policy.decide(facts).verdict is verdict


def test_passed_identity_questions_are_a_binding_factor() -> None:
    facts = Facts(
        format_ok=True,
        register=KNOWN_ABROAD,
        identity=IdentityFacts(
            answer=IdentityStatus.ANSWERED,
            summary="id.success",
            result="result.match",
            questions=QuestionStatus.PASSED,
        ),
    )

    assert policy.decide(facts).verdict is PolicyVerdict.APPROVE


@pytest.mark.django_db(databases=["default", "identity"])
def test_a_reviewer_cannot_approve_an_unbound_person_without_seeing_a_document(
    registers: None, reviewer: User
) -> None:
    draft = make_draft(make_applicant(), consents={"register", "own_db", "document"})
    document = services.add_document(application=draft, content=picture(), key=uuid.uuid4())
    application = services.submit_application(application=draft)
    process_application(application.pk)
    application.refresh_from_db()
    assert application.state == ApplicationState.IN_REVIEW
    assert application.reasons == [Reason.BINDING_FAILED]
    services.claim_for_review(application=application, reviewer=reviewer)

    with pytest.raises(BindingMissing):
        services.decide_application(
            application=application, reviewer=reviewer, kind=ApplicationDecisionKind.APPROVE
        )
    services.record_document_view(document=document, reviewer=reviewer)
    services.decide_application(
        application=application, reviewer=reviewer, kind=ApplicationDecisionKind.APPROVE
    )

    decision = Decision.objects.get(application=application)
    assert decision.facts["bound_by"] == ["document_seen"]


@pytest.mark.django_db(databases=["default", "identity"])
def test_an_unlisted_number_goes_to_review(registers: None) -> None:
    draft = make_draft(make_applicant(), number=UNKNOWN_NPI)
    process_application(services.submit_application(application=draft).pk)

    assert Application.objects.get().state == ApplicationState.IN_REVIEW
