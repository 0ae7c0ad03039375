"""What ties the person at the keyboard to the licence: (a) to (d) of the four factors."""

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
from verification.errors import NotBound
from verification.models import Application, Decision, Kind, State
from verification.pipeline.checks import institutional_email
from verification.pipeline.worker import work
from verification.policy import Answer, Device, Factor, Facts, Lookup, Questions, Verdict
from verification.policy.enums import Profession, Standing
from verification.policy.facts import DeviceFacts, IdentityFacts, RegisterFacts
from verification.policy.name_matching import Agreement
from verification.policy.reasons import Reason

KNOWN_ABROAD = RegisterFacts(
    lookup=Lookup.FOUND,
    standing=Standing.ACTIVE,
    profession=Profession.PHYSICIAN,
    name=Agreement.AGREES,
)


@pytest.mark.parametrize(
    "domain",
    ["gmail.com", "GMAIL.COM", "alumni.harvard.edu", "post.harvard.edu", "x.univhospital.example"],
)
def test_a_list_that_names_anybodys_mailbox_lets_nobody_in(settings: Any, domain: str) -> None:
    settings.INSTITUTIONAL_DOMAINS = frozenset(
        {INSTITUTION, "gmail.com", "alumni.harvard.edu", "post.harvard.edu"}
    )

    assert not institutional_email.is_institutional(domain)
    assert institutional_email.is_institutional(INSTITUTION)


@pytest.mark.parametrize(
    ("bound_by", "device", "verdict"),
    [
        ((Factor.RECORD_CONTACT_CODE,), Device.UNKNOWN, Verdict.APPROVE),
        ((Factor.INSTITUTIONAL_EMAIL,), Device.SEEN, Verdict.APPROVE),
        ((Factor.INSTITUTIONAL_EMAIL,), Device.UNKNOWN, Verdict.REVIEW),
        # The rules cannot read a document: a person has, and decides.
        ((Factor.DOCUMENT_SEEN,), Device.SEEN, Verdict.REVIEW),
        ((), Device.SEEN, Verdict.REVIEW),
    ],
)
def test_each_factor_counts_for_what_it_shows(
    bound_by: tuple[Factor, ...], device: Device, verdict: Verdict
) -> None:
    facts = Facts(
        format_ok=True,
        register=KNOWN_ABROAD,
        bound_by=bound_by,
        device=DeviceFacts(answer=device),
    )

    assert policy.decide(facts).verdict is verdict


def test_the_identity_questions_are_a_factor() -> None:
    facts = Facts(
        format_ok=True,
        register=KNOWN_ABROAD,
        identity=IdentityFacts(
            answer=Answer.ANSWERED,
            summary="id.success",
            result="result.match",
            questions=Questions.PASSED,
        ),
    )

    assert policy.decide(facts).verdict is Verdict.APPROVE


@pytest.mark.django_db(databases=["default", "identity"])
def test_without_a_look_at_a_document_a_reviewer_cannot_let_in_whom_nothing_ties(
    registers: None, reviewer: User
) -> None:
    draft = make_draft(make_applicant(), consents={"register", "own_db", "document"})
    document = services.add_document(application=draft, content=picture(), key=uuid.uuid4())
    application = services.submit(application=draft)
    work(application.pk)
    application.refresh_from_db()
    assert application.state == State.IN_REVIEW
    assert application.reasons == [Reason.BINDING_FAILED]
    services.claim_for_review(application=application, reviewer=reviewer)

    with pytest.raises(NotBound):
        services.decide(application=application, reviewer=reviewer, kind=Kind.APPROVE)
    services.log_view(document=document, reviewer=reviewer)
    services.decide(application=application, reviewer=reviewer, kind=Kind.APPROVE)

    decision = Decision.objects.get(application=application)
    assert decision.facts["bound_by"] == ["document_seen"]


@pytest.mark.django_db(databases=["default", "identity"])
def test_the_number_of_nobody_is_looked_at(registers: None) -> None:
    draft = make_draft(make_applicant(), number=UNKNOWN_NPI)
    work(services.submit(application=draft).pk)

    assert Application.objects.get().state == State.IN_REVIEW
