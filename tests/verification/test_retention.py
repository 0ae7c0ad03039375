"""Deletion on time, and the replay of stored decisions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import User
from tests.factories import make_user
from tests.factories_verification import make_applicant, make_checked, make_draft, make_in_review
from tests.verification import scripted_vendors
from tests.verification.scripted_vendors import VendorScript
from tests.verification.test_vendor_checks import DETAILS, SSN, check, phoned_code, send
from verification import policy, services
from verification.models import (
    ApplicationDecisionKind,
    ApplicationState,
    Decision,
    SocialSecurityNumber,
    SsnClaim,
    VendorCall,
)
from verification.pipeline import retention, sweep
from verification.pipeline.decisions import apply_due_decision
from verification.policy.reasons import Reason
from verification.policy.replay import replay_decision
from verification.vendors.errors import TransientVendorError

pytestmark = pytest.mark.django_db(databases=["default", "identity"])


@pytest.fixture
def script(settings: Any) -> Iterator[VendorScript]:
    with scripted_vendors.scripted(settings) as made:
        yield made


@pytest.mark.parametrize(("hours", "left"), [(71, 1), (73, 0)])
def test_an_unused_ssn_is_deleted_after_72_hours(applicant: User, hours: int, left: int) -> None:
    draft = make_draft(applicant)
    services.save_identity_details(application=draft, details=DETAILS, ssn=SSN)

    with time_machine.travel(timezone.now() + dt.timedelta(hours=hours)):
        sweep.run_sweep()

    assert SocialSecurityNumber.objects.count() == left
    # The keyed hash stays, to find duplicates.
    assert SsnClaim.objects.count() == 1


def test_an_ssn_is_deleted_after_its_check_or_72_hours(
    applicant: User, script: VendorScript
) -> None:
    script.fail("nppes", *[TransientVendorError("nppes")] * 40)
    application = check(send(applicant))
    assert SocialSecurityNumber.objects.filter(application=application).exists()

    with time_machine.travel(timezone.now() + dt.timedelta(hours=73)):
        sweep.run_sweep()

    assert not SocialSecurityNumber.objects.exists()


@pytest.mark.parametrize(("days", "left"), [(29, 1), (31, 0)])
def test_raw_vendor_answers_are_deleted_after_30_days(
    applicant: User, script: VendorScript, days: int, left: int
) -> None:
    """While the application is open; a closed one keeps nothing but its decision anyway."""
    application = check(send(applicant))
    assert application.state == ApplicationState.AWAITING_APPLICANT
    VendorCall.objects.filter(provider="idology").update(body_ciphertext=b"closed")

    with time_machine.travel(timezone.now() + dt.timedelta(days=days)):
        retention.purge_expired()

    call = VendorCall.objects.get(provider="idology")
    assert (call.body_ciphertext is not None) == bool(left)
    assert call.outcome == "answered"


def _decide_some(script: VendorScript, reviewer: User) -> None:
    approved = check(send(make_applicant("first")))
    services.enter_code(application=approved, code=phoned_code())
    assert check(approved).state == ApplicationState.APPROVED
    assert check(send(make_applicant("twin"))).state == ApplicationState.REJECTED
    script.found = []
    waiting = check(send(make_applicant("third"), ssn="899-55-0003", number="2999000054"))
    assert waiting.state == ApplicationState.IN_REVIEW
    services.claim_for_review(application=waiting, reviewer=reviewer)
    decision = services.decide_application(
        application=waiting,
        reviewer=reviewer,
        kind=ApplicationDecisionKind.REJECT,
        reasons=[Reason.NOT_PHYSICIAN],
        note="none",
    )
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=1)):
        apply_due_decision(decision.pk)


def test_replay_gives_the_same_ruling_for_every_decision(
    script: VendorScript, reviewer: User
) -> None:
    _decide_some(script, reviewer)
    for decision in Decision.objects.all():
        retention.coarsen_application(decision.application_id)

    out = StringIO()
    call_command("replay_decisions", stdout=out)

    assert Decision.objects.count() == 3
    assert "3 of 3 decisions come out the same" in out.getvalue()
    assert all(replay_decision(decision).equals for decision in Decision.objects.all())


def test_replay_detects_a_decision_with_altered_facts(script: VendorScript, reviewer: User) -> None:
    _decide_some(script, reviewer)
    approved = Decision.objects.get(kind=ApplicationDecisionKind.APPROVE)
    approved.facts["ama"]["sanction"] = True
    approved.save(update_fields=["facts"])
    unknown = Decision.objects.get(is_automatic=True, kind=ApplicationDecisionKind.REJECT)
    unknown.policy_version = 99
    unknown.save(update_fields=["policy_version"])

    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("replay_decisions", stdout=out)

    assert "SANCTION_REPORTED" in out.getvalue()
    assert "1 of 3" in out.getvalue()


def test_a_decision_of_an_unknown_policy_version_differs(
    hospital_applicant: User, registers: None
) -> None:
    application = make_checked(hospital_applicant)
    decision = Decision.objects.get(application=application)
    assert replay_decision(decision).equals
    decision.policy_version = policy.POLICY_VERSION - 1

    result = replay_decision(decision)

    assert not result.equals
    assert "KeyError" in result.error


def test_a_registrar_sees_the_replay_beside_each_decision(registers: None) -> None:
    make_in_review()
    make_checked(make_applicant("nurse"), number="2999000039", given="Dana", family="Sandboxer")
    client = Client()
    client.force_login(make_user("registrar", role="registrar"))

    page = client.get("/admin/identity/verification/decision/").content.decode()

    assert "same: reject, NOT_PHYSICIAN" in page
