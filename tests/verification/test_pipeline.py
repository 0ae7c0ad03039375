from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connections
from django.utils import timezone

from accounts.models import User, VerifiedPerson
from sermo.audit.models import IdentityAuditEvent
from sermo.audit.services import first_broken_position
from sermo.core import storage
from tests.factories_verification import (
    CODE_NPI,
    GOOD_NPI,
    NURSE_NPI,
    UNKNOWN_NPI,
    make_applicant,
    make_checked,
    make_draft,
    make_in_review,
    make_submitted,
    picture,
)
from verification import policy, services, tasks
from verification.errors import CannotAppeal, CodeSentRecently
from verification.models import (
    Application,
    ApplicationDecisionKind,
    ApplicationState,
    AwaitedInput,
    ContactCode,
    Credential,
    Decision,
    Document,
    OutboxMessage,
    RegisterRow,
    Step,
    StepName,
    StepState,
)
from verification.personal_data import applicant_details
from verification.pipeline import checks, contact_codes, outbox, retention
from verification.pipeline.checks.subject import CheckOutcome, CheckSubject
from verification.pipeline.decisions import years_band
from verification.pipeline.sweep import applications_with_due_work
from verification.pipeline.worker import lease_step, process_application, run_step
from verification.policy.reasons import Reason
from verification.services.contact_code import CodeResult
from verification.tasks import purge_expired, sweep
from verification.vendors.errors import TransientVendorError

pytestmark = [
    pytest.mark.django_db(databases=["default", "identity"]),
    pytest.mark.usefixtures("registers"),
]


def queued_emails() -> list[tuple[str, str]]:
    """Recipient and text of every email that is queued."""
    return [(sent.to[0], f"{sent.subject}\n{sent.body}") for sent in mail.outbox]


def test_a_matching_number_with_a_hospital_mailbox_is_approved_by_the_worker(
    hospital_applicant: User,
) -> None:
    application = make_checked(hospital_applicant)

    assert application.state == ApplicationState.APPROVED
    person = VerifiedPerson.objects.get(user=hospital_applicant)
    assert (person.specialty, person.country, person.years) == ("internal", "US", "30+")
    credential = Credential.objects.get(application=application)
    assert credential.active
    assert credential.confirmed
    assert [to for to, _ in queued_emails()] == [hospital_applicant.email]
    assert "verification is complete" in queued_emails()[0][1]
    assert "Placeholder" not in queued_emails()[0][1]


def test_a_trainee_on_the_register_goes_to_a_reviewer(applicant: User) -> None:
    application = make_in_review(applicant)

    assert application.reasons == [Reason.TAXONOMY_AMBIGUOUS]
    assert "A person will look" in queued_emails()[0][1]


def test_a_nurse_is_rejected_before_the_identity_check(
    hospital_applicant: User,
) -> None:
    application = make_checked(
        hospital_applicant, number=NURSE_NPI, given="Dana", family="Sandboxer"
    )

    assert application.state == ApplicationState.REJECTED
    assert application.reasons == [Reason.NOT_PHYSICIAN]
    assert not application.steps.filter(name="idology").exists()
    assert not Credential.objects.filter(active=True).exists()


@pytest.mark.parametrize(
    ("number", "given", "family", "reason"),
    [
        (UNKNOWN_NPI, "Blake", "Placeholder", Reason.REGISTER_NOT_FOUND),
        (GOOD_NPI, "Robin", "Impostor", Reason.IDENTITY_CREDENTIAL_MISMATCH),
        ("2999000062", "Frankie", "Testwell", Reason.NPI_DEACTIVATED),
        ("2999000070", "Gray", "Mockley", Reason.TAXONOMY_AMBIGUOUS),
    ],
)
def test_a_mismatch_goes_to_review_even_with_a_hospital_mailbox(
    hospital_applicant: User, number: str, given: str, family: str, reason: Reason
) -> None:
    application = make_checked(hospital_applicant, number=number, given=given, family=family)

    assert application.state == ApplicationState.IN_REVIEW
    assert reason in application.reasons


def test_an_excluded_physician_is_rejected_and_a_possible_match_needs_two_reviewers() -> None:
    excluded = make_checked(make_applicant(), number="2999000138", given="Nico", family="Sandboxer")

    assert excluded.state == ApplicationState.REJECTED
    assert Reason.LEIE_EXCLUDED in excluded.reasons


@pytest.mark.parametrize(
    "domain", ["mail.example", "sub.univhospital.example", "univhospita1.example"]
)
def test_only_an_exactly_listed_domain_is_a_binding_factor(domain: str) -> None:
    application = make_checked(make_applicant(domain=domain))

    assert application.state == ApplicationState.IN_REVIEW
    assert application.reasons == [Reason.BINDING_FAILED]


def test_an_email_changed_after_submission_is_no_binding_factor(applicant: User) -> None:
    application = make_submitted(applicant)
    applicant.email = "casey@univhospital.example"
    applicant.save()

    process_application(application.pk)

    application.refresh_from_db()
    assert application.state == ApplicationState.IN_REVIEW


def _sent_code(application: Application) -> str:
    text = next(text for to, text in queued_emails() if to == "jose.nunez@direct.example")
    return next(
        word for word in text.split() if word.isdigit() and len(word) == contact_codes.CODE_DIGITS
    )


def make_waiting_for_code(user: User) -> Application:
    application = make_checked(user, number=CODE_NPI, given="José", family="Núñez-Pérez")
    assert application.waiting_for == AwaitedInput.CODE
    return application


def test_the_code_goes_to_the_registered_mailbox_and_leads_to_approval(applicant: User) -> None:
    application = make_waiting_for_code(applicant)
    recipients = {to for to, _ in queued_emails()}
    assert recipients == {"jose.nunez@direct.example", applicant.email}
    code = _sent_code(application)
    assert code not in next(text for to, text in queued_emails() if to == applicant.email)

    assert services.enter_code(application=application, code=f" {code[:4]} {code[4:]}") is (
        CodeResult.RIGHT
    )
    process_application(application.pk)

    application.refresh_from_db()
    assert application.state == ApplicationState.APPROVED


def test_without_consent_no_code_is_sent(applicant: User) -> None:
    draft = make_draft(
        applicant,
        number=CODE_NPI,
        given="José",
        family="Núñez-Pérez",
        consents={"register", "own_db"},
    )
    services.submit_application(application=draft)

    process_application(draft.pk)

    draft.refresh_from_db()
    assert draft.state == ApplicationState.IN_REVIEW
    assert not ContactCode.objects.exists()


def test_too_many_wrong_codes_lead_to_review(applicant: User) -> None:
    application = make_waiting_for_code(applicant)
    for round_ in range(contact_codes.MAX_CODES):
        if round_:
            with time_machine.travel(timezone.now() + dt.timedelta(minutes=3 * round_)):
                services.send_another_code(application=application)
                process_application(application.pk)
        for _ in range(contact_codes.MAX_ATTEMPTS):
            last = services.enter_code(application=application, code="00000000")

    application.refresh_from_db()
    assert last is CodeResult.SPENT
    assert application.state == ApplicationState.IN_REVIEW
    assert application.reasons == [Reason.BINDING_FAILED]


def test_the_right_code_is_useless_after_five_wrong_ones(applicant: User) -> None:
    application = make_waiting_for_code(applicant)
    for _ in range(contact_codes.MAX_ATTEMPTS):
        services.enter_code(application=application, code="00000000")

    assert services.enter_code(application=application, code=_sent_code(application)) is (
        CodeResult.WRONG
    )


def test_an_unused_code_leads_to_review_after_a_day(applicant: User) -> None:
    application = make_waiting_for_code(applicant)

    with time_machine.travel(timezone.now() + dt.timedelta(hours=25)):
        sweep()

    application.refresh_from_db()
    assert application.state == ApplicationState.IN_REVIEW
    assert application.reasons == [Reason.BINDING_FAILED]


def test_another_code_cannot_be_requested_at_once(applicant: User) -> None:
    application = make_waiting_for_code(applicant)

    with pytest.raises(CodeSentRecently):
        services.send_another_code(application=application)


def test_every_task_delivered_twice_does_its_work_once(hospital_applicant: User) -> None:
    application = make_submitted(hospital_applicant)

    for _ in range(2):
        tasks.process_application(str(application.pk))
        sweep()
        purge_expired()

    application.refresh_from_db()
    assert application.state == ApplicationState.APPROVED
    assert Decision.objects.count() == 1
    assert len(queued_emails()) == 1
    assert Credential.objects.count() == 1
    ends = [
        r
        for r in IdentityAuditEvent.objects.all()
        if r.details.get("to") == ApplicationState.APPROVED
    ]
    assert len(ends) == 1
    assert first_broken_position("identity") is None


def test_submitting_twice_sends_once(applicant: User) -> None:
    draft = make_draft(applicant)

    services.submit_application(application=draft)
    again = services.submit_application(application=draft)

    assert again.state == ApplicationState.SUBMITTED
    assert OutboxMessage.objects.filter(application=draft).count() == 1


def test_a_step_leased_by_one_worker_is_not_run_by_another(applicant: User) -> None:
    application = make_submitted(applicant)
    outbox.deliver_due_messages(application.pk)
    first = lease_step(application.pk)

    assert first is not None
    assert lease_step(application.pk) is None


def test_a_crashed_worker_loses_its_lease_and_its_late_result_is_discarded(
    applicant: User,
) -> None:
    application = make_submitted(applicant)
    outbox.deliver_due_messages(application.pk)
    dead = lease_step(application.pk)
    assert dead is not None

    with time_machine.travel(timezone.now() + dt.timedelta(minutes=5)):
        assert application.pk in applications_with_due_work()
        process_application(application.pk)
    run_step(dead)

    application.refresh_from_db()
    assert application.state == ApplicationState.IN_REVIEW
    assert Step.objects.get(application=application, name="format").tries == 2


def test_a_result_after_withdrawal_is_discarded(applicant: User) -> None:
    application = make_submitted(applicant)
    outbox.deliver_due_messages(application.pk)
    leased = lease_step(application.pk)
    assert leased is not None

    services.withdraw_application(application=application)
    run_step(leased)
    process_application(application.pk)

    application.refresh_from_db()
    assert application.state == ApplicationState.WITHDRAWN
    assert application.details_ciphertext is None
    assert not Credential.objects.filter(active=True).exists()
    assert not Step.objects.filter(state=StepState.DONE).exists()
    assert IdentityAuditEvent.objects.filter(action="verification.result.discarded").count() == 1


def test_a_transient_error_is_retried_for_a_day_then_reviewed(
    hospital_applicant: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(subject: CheckSubject) -> CheckOutcome:
        raise TransientVendorError

    monkeypatch.setitem(checks.CHECKS, StepName.NPPES, failing)
    application = make_submitted(hospital_applicant)
    now = timezone.now()

    for hours in (0, 0.01, 0.1, 0.5, 1, 3, 8, 15, 22, 30):
        with time_machine.travel(now + dt.timedelta(hours=hours)):
            sweep()
            process_application(application.pk)

    application.refresh_from_db()
    assert application.state == ApplicationState.IN_REVIEW
    assert application.reasons == [Reason.PROVIDER_UNAVAILABLE]


def test_a_retry_that_succeeds_goes_on_to_approval(
    hospital_applicant: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([TransientVendorError, None])

    def flaky(subject: CheckSubject) -> CheckOutcome:
        if next(answers):
            raise TransientVendorError
        return CheckOutcome("not_asked")

    monkeypatch.setitem(checks.CHECKS, StepName.AMA, flaky)
    application = make_checked(hospital_applicant)

    assert application.state == ApplicationState.APPROVED


def test_a_register_never_imported_counts_as_unavailable(hospital_applicant: User) -> None:
    RegisterRow.objects.all().delete()

    application = make_checked(hospital_applicant)

    assert application.reasons == [Reason.PROVIDER_UNAVAILABLE]


def test_the_second_claim_on_a_number_is_reviewed_as_contested(
    hospital_applicant: User, applicant: User
) -> None:
    first = make_submitted(hospital_applicant)
    second = make_submitted(applicant)
    process_application(first.pk)
    process_application(second.pk)

    first.refresh_from_db()
    second.refresh_from_db()
    assert first.state == ApplicationState.APPROVED
    assert second.state == ApplicationState.IN_REVIEW
    assert Reason.CREDENTIAL_CONTESTED in second.reasons


def test_a_banned_number_is_refused_and_cannot_be_appealed(
    hospital_applicant: User, reviewer: User, second_reviewer: User
) -> None:
    application = make_in_review(make_applicant())
    services.claim_for_review(application=application, reviewer=reviewer)
    services.decide_application(
        application=application,
        reviewer=reviewer,
        kind=ApplicationDecisionKind.REJECT,
        reasons=[Reason.BANNED],
        note="x",
    )
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=11)):
        sweep()

    again = make_checked(hospital_applicant, number="2999000021", given="Casey", family="Sampleton")

    assert again.state == ApplicationState.REJECTED
    assert again.reasons == [Reason.BANNED]
    application.refresh_from_db()
    with pytest.raises(CannotAppeal):
        services.appeal_decision(refused=application)


def test_any_decision_can_be_replayed_from_its_facts(hospital_applicant: User) -> None:
    make_checked(hospital_applicant)
    decision = Decision.objects.get()

    ruling = policy.decide_by_version(decision.facts, decision.policy_version)

    assert ruling.verdict is policy.PolicyVerdict.APPROVE


def test_an_appeal_is_a_new_application_for_a_reviewer(hospital_applicant: User) -> None:
    refused = make_checked(hospital_applicant, number=NURSE_NPI, given="Dana", family="Sandboxer")

    appeal = services.appeal_decision(refused=refused)
    services.give_consents(application=appeal, given={"register", "own_db"})
    services.skip_document(application=appeal)
    services.submit_application(application=appeal)
    process_application(appeal.pk)

    appeal.refresh_from_db()
    assert appeal.appeal_of_id == refused.pk
    assert appeal.state == ApplicationState.IN_REVIEW
    with pytest.raises(CannotAppeal):
        services.appeal_decision(refused=refused)


def test_documents_are_encrypted_on_disk_and_deleted_after_the_decision(
    hospital_applicant: User,
) -> None:
    draft = make_draft(hospital_applicant)
    document = services.add_document(application=draft, content=picture("red"), key=uuid.uuid4())
    with storage.storage_for("evidence").open(document.name) as file:
        assert b"JFIF" not in file.read()
    services.give_consents(application=draft, given={"register", "own_db", "document"})
    services.submit_application(application=draft)
    process_application(draft.pk)

    purge_expired()

    name = document.name
    document = Document.objects.get()
    assert document.deleted_at is not None
    assert document.wrapped_key is None
    assert not storage.storage_for("evidence").exists(name)


def test_documents_are_kept_for_the_configured_days(
    hospital_applicant: User, settings: Any
) -> None:
    settings.EVIDENCE_DAYS = 30
    draft = make_draft(hospital_applicant)
    services.add_document(application=draft, content=picture(), key=uuid.uuid4())
    services.give_consents(application=draft, given={"register", "own_db", "document"})
    services.submit_application(application=draft)
    process_application(draft.pk)

    purge_expired()
    assert Document.objects.filter(deleted_at__isnull=True).exists()
    with time_machine.travel(timezone.now() + dt.timedelta(days=31)):
        purge_expired()
    assert not Document.objects.filter(deleted_at__isnull=True).exists()


def test_after_a_month_only_month_and_decision_remain(hospital_applicant: User) -> None:
    refused = make_checked(hospital_applicant, number=NURSE_NPI, given="Dana", family="Sandboxer")

    with time_machine.travel(timezone.now() + dt.timedelta(days=31)):
        retention.purge_expired()

    refused.refresh_from_db()
    assert refused.details_ciphertext is None
    assert refused.closed_at is not None
    assert (refused.closed_at.day, refused.closed_at.hour) == (1, 0)
    assert not Step.objects.exists()
    assert Decision.objects.get().reasons == [Reason.NOT_PHYSICIAN]


def test_a_draft_expires_after_seven_days_and_its_details_are_deleted(applicant: User) -> None:
    draft = make_draft(applicant)

    with time_machine.travel(timezone.now() + dt.timedelta(days=8)):
        sweep()

    draft.refresh_from_db()
    assert draft.state == ApplicationState.EXPIRED
    assert draft.details_ciphertext is None
    assert services.start_application(user=applicant).pk != draft.pk


def test_an_unanswered_question_expires_after_fourteen_days(
    applicant: User, reviewer: User
) -> None:
    application = make_in_review(applicant)
    services.claim_for_review(application=application, reviewer=reviewer)
    services.ask_applicant(
        application=application, reviewer=reviewer, question="A synthetic question?"
    )

    with time_machine.travel(timezone.now() + dt.timedelta(days=15)):
        sweep()
        process_application(application.pk)

    application.refresh_from_db()
    assert application.state == ApplicationState.EXPIRED
    assert any("start again" in text for _, text in queued_emails())


def test_no_column_holds_a_name_number_or_address_in_clear(hospital_applicant: User) -> None:
    make_checked(hospital_applicant)
    with connections["identity"].cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema='public' "
            "AND (table_name LIKE 'verification_%' OR table_name LIKE 'audit_%') "
            "AND table_name NOT IN ('verification_registerrow', 'verification_exclusion')"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT "{table}"::text FROM "{table}"')  # noqa: S608
            for (row,) in cursor.fetchall():
                for canary in ("Placeholder", "2999000013", "1958-02-06", hospital_applicant.email):
                    assert canary not in row
                    assert canary.encode().hex() not in row


def test_encrypted_details_have_one_length(applicant: User) -> None:
    key = applicant.decrypt_data_key()

    short = applicant_details.encrypt(key, applicant_details.ApplicantDetails())
    long = applicant_details.encrypt(
        key, applicant_details.ApplicantDetails(given_name="B" * 80, family_name="P" * 80)
    )

    assert len(short) == len(long)


@pytest.mark.parametrize(
    ("year", "band"),
    [(2026, "0-5"), (2021, "0-5"), (2020, "6-10"), (2010, "11-20"), (1996, "21-30"), (1985, "30+")],
)
def test_years_become_a_band(year: int, band: str) -> None:
    assert years_band(year, today=dt.date(2026, 6, 1)) == band
