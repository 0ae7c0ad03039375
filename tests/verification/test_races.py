"""Concurrent calls against a real PostgreSQL, in threads with a connection each."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from accounts.models import User, VerifiedPerson
from sermo.audit.services import first_broken_position
from sermo.core.errors import DomainError
from tests.factories_verification import (
    make_applicant,
    make_draft,
    make_in_review,
    make_submitted,
    picture,
)
from tests.waiting import MAX_WAIT_SECONDS
from verification import services
from verification.models import (
    Application,
    ApplicationDecisionKind,
    ApplicationState,
    Credential,
    Decision,
    Document,
    OutboxMessage,
    Step,
)
from verification.pipeline import outbox
from verification.pipeline.decisions import apply_due_decision
from verification.pipeline.worker import LeasedStep, lease_step, process_application
from verification.policy.reasons import Reason

pytestmark = [
    pytest.mark.django_db(databases=["default", "identity"], transaction=True),
    pytest.mark.usefixtures("registers"),
]


def run_concurrently(*acts: Callable[[], Any]) -> list[Any]:
    """Run each function in a thread of its own at the same time; a `DomainError` is its result."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            barrier.wait(MAX_WAIT_SECONDS)
            return act()
        except DomainError as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [
            future.result(MAX_WAIT_SECONDS) for future in [pool.submit(run, act) for act in acts]
        ]


def test_starting_in_two_tabs_creates_one_application(applicant: User) -> None:
    made = run_concurrently(*[lambda: services.start_application(user=applicant)] * 4)

    assert len({application.pk for application in made}) == 1
    assert Application.objects.count() == 1


def test_sending_twice_at_once_sends_once(applicant: User) -> None:
    draft = make_draft(applicant)
    OutboxMessage.objects.all().delete()

    run_concurrently(*[lambda: services.submit_application(application=draft)] * 4)

    draft.refresh_from_db()
    assert draft.state == ApplicationState.SUBMITTED
    assert draft.version == 1
    assert OutboxMessage.objects.count() == 1


def test_four_workers_on_one_application_decide_once(hospital_applicant: User) -> None:
    application = make_submitted(hospital_applicant)

    run_concurrently(*[lambda: process_application(application.pk)] * 4)

    application.refresh_from_db()
    assert application.state == ApplicationState.APPROVED
    assert Decision.objects.count() == 1
    assert set(Step.objects.values_list("tries", flat=True)) == {1}
    assert not OutboxMessage.objects.exists()
    assert first_broken_position("identity") is None


def test_two_workers_never_lease_one_step(applicant: User) -> None:
    application = make_submitted(applicant)
    outbox.deliver_due_messages(application.pk)

    leases = run_concurrently(*[lambda: lease_step(application.pk)] * 4)

    assert sum(isinstance(lease, LeasedStep) for lease in leases) == 1


def test_two_applications_for_one_number_are_never_both_admitted() -> None:
    first = make_submitted(make_applicant(domain="univhospital.example"))
    second = make_submitted(make_applicant(domain="univhospital.example"))

    run_concurrently(lambda: process_application(first.pk), lambda: process_application(second.pk))

    states = sorted(Application.objects.values_list("state", flat=True))
    assert states == [ApplicationState.APPROVED, ApplicationState.IN_REVIEW]
    loser = Application.objects.get(state=ApplicationState.IN_REVIEW)
    assert Reason.CREDENTIAL_CONTESTED in loser.reasons
    assert Credential.objects.filter(active=True).count() == 1
    assert VerifiedPerson.objects.count() == 1


def test_two_reviewers_who_decide_at_once_decide_once(
    reviewer: User, second_reviewer: User
) -> None:
    application = make_in_review()
    services.claim_for_review(application=application, reviewer=reviewer)

    answers = run_concurrently(
        lambda: services.decide_application(
            application=application, reviewer=reviewer, kind=ApplicationDecisionKind.APPROVE
        ),
        lambda: services.decide_application(
            application=application,
            reviewer=second_reviewer,
            kind=ApplicationDecisionKind.REJECT,
            reasons=[Reason.BINDING_FAILED],
            note="x",
        ),
    )

    assert sum(isinstance(answer, Decision) for answer in answers) == 1
    assert Decision.objects.get().kind == ApplicationDecisionKind.APPROVE


def test_two_reviewers_who_claim_at_once_get_one_claim(
    reviewer: User, second_reviewer: User
) -> None:
    application = make_in_review()

    answers = run_concurrently(
        lambda: services.claim_for_review(application=application, reviewer=reviewer),
        lambda: services.claim_for_review(application=application, reviewer=second_reviewer),
    )

    assert sum(isinstance(answer, Application) for answer in answers) == 1


def test_one_reviewer_who_clicks_twice_decides_once(reviewer: User) -> None:
    application = make_in_review()
    services.claim_for_review(application=application, reviewer=reviewer)

    run_concurrently(
        *[
            lambda: services.decide_application(
                application=application, reviewer=reviewer, kind=ApplicationDecisionKind.APPROVE
            )
        ]
        * 4
    )

    assert Decision.objects.count() == 1


def test_undo_and_apply_at_once_end_in_one_of_the_two(reviewer: User) -> None:
    application = make_in_review()
    services.claim_for_review(application=application, reviewer=reviewer)
    decision = services.decide_application(
        application=application, reviewer=reviewer, kind=ApplicationDecisionKind.APPROVE
    )
    Decision.objects.update(effective_at=timezone.now() + dt.timedelta(milliseconds=30))

    run_concurrently(
        lambda: services.undo_decision(decision=decision, reviewer=reviewer),
        lambda: [apply_due_decision(decision.pk) for _ in range(20)],
        lambda: [apply_due_decision(decision.pk) for _ in range(20)],
    )

    decision.refresh_from_db()
    application.refresh_from_db()
    assert bool(decision.applied_at) != bool(decision.undone_at) or not decision.applied_at
    assert (application.state == ApplicationState.APPROVED) is bool(decision.applied_at)


def test_withdrawing_while_workers_check_ends_in_one_state(hospital_applicant: User) -> None:
    application = make_submitted(hospital_applicant)

    run_concurrently(
        lambda: process_application(application.pk),
        lambda: services.withdraw_application(application=application),
        lambda: process_application(application.pk),
    )

    application.refresh_from_db()
    assert application.state in {ApplicationState.WITHDRAWN, ApplicationState.APPROVED}
    admitted = application.state == ApplicationState.APPROVED
    assert VerifiedPerson.objects.exists() is admitted
    assert Credential.objects.filter(active=True).exists() is admitted
    assert (application.details_ciphertext is None) is not admitted


def test_one_upload_sent_four_times_at_once_is_one_document(applicant: User) -> None:
    draft = make_draft(applicant)
    key = uuid.uuid4()

    run_concurrently(
        *[lambda: services.add_document(application=draft, content=picture(), key=key)] * 4
    )

    assert Document.objects.count() == 1


def test_appealing_twice_at_once_makes_one_appeal(applicant: User, reviewer: User) -> None:
    application = make_in_review(applicant)
    services.claim_for_review(application=application, reviewer=reviewer)
    decision = services.decide_application(
        application=application,
        reviewer=reviewer,
        kind=ApplicationDecisionKind.REJECT,
        reasons=[Reason.BINDING_FAILED],
        note="x",
    )
    Decision.objects.update(effective_at=timezone.now())
    apply_due_decision(decision.pk)
    application.refresh_from_db()

    run_concurrently(*[lambda: services.appeal_decision(refused=application)] * 4)

    assert Application.objects.filter(appeal_of=application).count() == 1
