"""Sign-ups with all vendors configured, from submission to decision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User, VerifiedPerson
from tests.factories_verification import make_applicant, make_draft
from tests.verification import scripted_vendors
from tests.verification.scripted_vendors import (
    ACTIVE_PROFILE,
    IDENTITY_QUESTIONS,
    MATCHING_CANDIDATE,
    MATCHING_IDENTITY,
    PHYSICIAN_RECORD,
    TRAINEE_PROFILE,
    VendorScript,
)
from verification import policy, services
from verification.models import (
    Application,
    ApplicationState,
    AwaitedInput,
    CircuitBreaker,
    Credential,
    Decision,
    RegisterRow,
    SocialSecurityNumber,
    SsnClaim,
    Step,
    StepName,
    StepState,
    VendorCall,
)
from verification.pipeline import sweep
from verification.pipeline.worker import process_application
from verification.policy.reasons import Reason
from verification.services import IdentityDetails
from verification.services.contact_code import CodeResult
from verification.vendors.errors import (
    TransientVendorError,
    UnknownResultError,
    VendorConfigurationError,
)
from verification.vendors.records import QuestionScore, StateLicence

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
SSN = "899-55-0001"
DETAILS = IdentityDetails(
    street="101 Test Ln",
    city="Paramus",
    state="NJ",
    zip_code="07652",
    phone="2015550001",
    licence_state="NJ",
    licence_number="25MA00000001",
)


@pytest.fixture
def script(settings: Any) -> Iterator[VendorScript]:
    with scripted_vendors.scripted(settings) as made:
        yield made


def send(user: User, *, ssn: str = SSN, **values: Any) -> Application:
    draft = make_draft(user, **values)
    services.save_identity_details(application=draft, details=DETAILS, ssn=ssn)
    return services.submit_application(application=draft)


def check(application: Application) -> Application:
    process_application(application.pk)
    application.refresh_from_db()
    return application


def phoned_code() -> str:
    text = scripted_vendors.ScriptedSmsSender.sent[-1][1]
    return next(word.strip(".") for word in text.split() if word.strip(".").isdigit())


def test_matching_sources_and_a_telephone_code_lead_to_approval(
    applicant: User, script: VendorScript
) -> None:
    application = check(send(applicant))
    assert application.waiting_for == AwaitedInput.CODE
    assert scripted_vendors.ScriptedSmsSender.sent[-1][0] == "2015560001"

    assert services.enter_code(application=application, code=phoned_code()) is CodeResult.RIGHT
    check(application)

    assert application.state == ApplicationState.APPROVED
    assert (
        script.call_count("idology"),
        script.call_count("ama"),
        script.call_count("profile"),
    ) == (1, 1, 1)
    assert Decision.objects.get().policy_version == policy.POLICY_VERSION
    assert script.numbers == ["899550001"]


def test_the_ssn_is_deleted_after_the_check_and_its_hash_still_finds_duplicates(
    applicant: User, script: VendorScript
) -> None:
    application = check(send(applicant))
    services.enter_code(application=application, code=phoned_code())
    check(application)
    assert not SocialSecurityNumber.objects.exists()

    other = check(send(make_applicant("second"), ssn="899 55 0001", number="2999000054"))

    assert other.state == ApplicationState.IN_REVIEW
    assert Reason.SSN_ALREADY_USED in other.reasons
    assert not SocialSecurityNumber.objects.exists()


def test_the_same_licence_number_and_ssn_are_a_duplicate_account(
    applicant: User, script: VendorScript
) -> None:
    application = check(send(applicant))
    services.enter_code(application=application, code=phoned_code())
    check(application)
    script.calls.clear()

    again = check(send(make_applicant("second")))

    assert again.state == ApplicationState.REJECTED
    assert again.reasons == [Reason.DUPLICATE_ACCOUNT]
    assert script.calls == []


def test_a_hard_failure_sends_no_ssn_to_the_vendor(applicant: User, script: VendorScript) -> None:
    script.provider = replace(PHYSICIAN_RECORD, codes=["163W00000X"], credential="RN")
    script.found = []

    application = check(send(applicant))

    assert application.state == ApplicationState.REJECTED
    assert application.reasons == [Reason.NOT_PHYSICIAN]
    assert script.call_count("idology") == 0
    assert script.numbers == []


def test_a_typo_can_be_corrected_twice(applicant: User, script: VendorScript) -> None:
    script.searched = [replace(MATCHING_IDENTITY, qualifiers=("ssn.within.one.digit",))]
    application = check(send(applicant))

    for _ in range(2):
        assert application.waiting_for == AwaitedInput.CORRECTION
        assert not SocialSecurityNumber.objects.exists()
        services.correct_details(
            application=application,
            details=DETAILS,
            given_name="Blake",
            family_name="Placeholder",
            birth_date=dt.date(1958, 2, 6),
            ssn=SSN,
        )
        check(application)

    assert application.state == ApplicationState.IN_REVIEW
    assert application.reasons == [Reason.IDENTITY_SSN]
    assert script.call_count("idology") == 3


@pytest.mark.parametrize(
    ("scores", "state", "reasons"),
    [
        ([QuestionScore(1)], ApplicationState.APPROVED, []),
        (
            [QuestionScore(2, IDENTITY_QUESTIONS[:2]), QuestionScore(0)],
            ApplicationState.APPROVED,
            [],
        ),
        (
            [QuestionScore(2, IDENTITY_QUESTIONS[:2]), QuestionScore(1)],
            ApplicationState.IN_REVIEW,
            [Reason.KBA_FAILED],
        ),
        ([QuestionScore(3)], ApplicationState.IN_REVIEW, [Reason.KBA_FAILED]),
        ([QuestionScore(None)], ApplicationState.IN_REVIEW, [Reason.KBA_FAILED]),
    ],
)
def test_a_thin_file_leads_to_identity_questions(
    applicant: User,
    script: VendorScript,
    scores: list[QuestionScore],
    state: ApplicationState,
    reasons: list[Reason],
) -> None:
    script.searched = [
        replace(MATCHING_IDENTITY, qualifiers=("thin.file",), questions=IDENTITY_QUESTIONS)
    ]
    script.scored = list(scores)
    application = check(send(applicant))

    while application.waiting_for == AwaitedInput.QUESTIONS:
        questions = services.open_identity_questions(application)
        services.answer_identity_questions(
            application=application, answers={str(item["type"]): "A" for item in questions}
        )
        check(application)

    assert application.state == state
    assert application.reasons == reasons
    assert script.call_count("idology") == 1


def test_a_resident_is_admitted_as_one(applicant: User, script: VendorScript) -> None:
    script.provider = replace(PHYSICIAN_RECORD, codes=["390200000X"])
    script.record = TRAINEE_PROFILE

    application = check(send(applicant))
    services.enter_code(application=application, code=phoned_code())
    check(application)

    assert application.state == ApplicationState.APPROVED
    assert VerifiedPerson.objects.get().member_class == "resident"


@pytest.mark.parametrize(
    ("fault", "calls", "reason"),
    [
        (UnknownResultError("idology"), 3, Reason.PROVIDER_UNAVAILABLE),
        (VendorConfigurationError("idology"), 1, Reason.PROVIDER_CONFIG_ERROR),
    ],
)
def test_a_failed_identity_check_is_reviewed_never_rejected(
    applicant: User, script: VendorScript, fault: Exception, calls: int, reason: Reason
) -> None:
    script.fail("idology", *[fault] * 9)
    application = send(applicant)

    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(12):
            check(application)
            clock.shift(dt.timedelta(minutes=10))

    assert application.state == ApplicationState.IN_REVIEW
    assert application.reasons == [reason]
    assert script.call_count("idology") == calls


def test_a_silent_masterfile_is_retried_for_a_day_then_reviewed(
    applicant: User, script: VendorScript
) -> None:
    script.fail("ama", *[TransientVendorError("ama")] * 50)
    application = send(applicant)

    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(60):
            check(application)
            clock.shift(dt.timedelta(minutes=30))
            sweep.run_sweep()

    application.refresh_from_db()
    assert application.state == ApplicationState.IN_REVIEW
    assert application.reasons == [Reason.PROVIDER_UNAVAILABLE]
    assert script.call_count("idology") == 0


def test_a_crashed_worker_costs_one_call_and_three_at_most(
    applicant: User, script: VendorScript
) -> None:
    def dies() -> None:
        raise SystemExit  # the process ends between the answer and the commit

    script.fail("idology", dies, dies)
    application = send(applicant)

    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(4):
            try:
                check(application)
            except SystemExit:
                clock.shift(dt.timedelta(seconds=91))

    assert script.call_count("idology") == 3
    assert application.waiting_for == AwaitedInput.CODE
    assert VendorCall.objects.filter(provider="idology", status="sent").count() == 2


def test_our_own_repeated_request_explains_a_velocity_warning(
    applicant: User, script: VendorScript
) -> None:
    script.fail("idology", UnknownResultError("idology"))
    script.searched = [MATCHING_IDENTITY, replace(MATCHING_IDENTITY, velocity=True)]

    with time_machine.travel(timezone.now(), tick=False) as clock:
        application = check(send(applicant))
        clock.shift(dt.timedelta(minutes=2))
        check(application)

    assert application.waiting_for == AwaitedInput.CODE


def test_five_failures_in_a_minute_open_the_breaker_and_one_probe_closes_it(
    applicant: User, script: VendorScript
) -> None:
    script.fail("nppes", *[TransientVendorError("nppes")] * 5)
    applications = [send(applicant)]
    applications += [
        send(make_applicant(f"more-{n}"), ssn=f"899-55-010{n}", number=number)
        for n, number in enumerate(("2999000054", "2999000021", "2999000062", "2999000070"))
    ]
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for application in applications:
            check(application)
        assert CircuitBreaker.objects.get(pk="nppes").opened_at is not None
        calls_before = script.call_count("nppes")
        for application in applications:
            check(application)
        assert script.call_count("nppes") == calls_before

        clock.shift(dt.timedelta(seconds=61))
        for application in applications:
            check(application)

    assert CircuitBreaker.objects.get(pk="nppes").opened_at is None
    assert script.call_count("nppes") > calls_before


def test_a_changed_policy_starts_a_new_round_of_checks(
    applicant: User, script: VendorScript
) -> None:
    application = send(applicant)
    Application.objects.filter(pk=application.pk).update(policy_version=1)

    check(application)

    assert application.policy_version == policy.POLICY_VERSION
    assert application.attempt == 2
    assert application.waiting_for == AwaitedInput.CODE


def test_the_imported_file_reports_a_deactivated_npi(applicant: User, script: VendorScript) -> None:
    script.provider = None
    RegisterRow.objects.create(
        scheme="NPI", number="2999000013", licence_status=policy.LicenceStatus.DEACTIVATED
    )
    script.found = [replace(MATCHING_CANDIDATE, mortality="P")]

    application = check(send(applicant))

    assert application.state == ApplicationState.REJECTED
    assert application.reasons == [Reason.DECEASED]
    assert script.call_count("idology") == 0


def test_only_revoked_licences_lead_to_rejection(applicant: User, script: VendorScript) -> None:
    script.record = replace(
        ACTIVE_PROFILE, licences=(StateLicence("NJ", "25MA00000001", "Revoked"),)
    )

    application = check(send(applicant))

    assert application.reasons == [Reason.LICENSE_REVOKED]
    assert not Credential.objects.filter(active=True).exists()


def test_a_result_for_a_withdrawn_application_is_discarded_and_its_ssn_deleted(
    applicant: User, script: VendorScript
) -> None:
    application = send(applicant)

    def withdraws() -> None:
        services.withdraw_application(application=application)

    script.fail("idology", withdraws)

    check(application)

    assert application.state == ApplicationState.WITHDRAWN
    assert not SocialSecurityNumber.objects.exists()
    assert not SsnClaim.objects.filter(confirmed=True).exists()
    assert not Step.objects.filter(name=StepName.IDOLOGY, state=StepState.DONE).exists()
