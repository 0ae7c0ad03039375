"""Faults of the environment: a real worker, databases and broker, and vendors on loopback.

Instead of waiting, the tests move due times in the rows into the past.
"""

from __future__ import annotations

import base64
import datetime as dt
import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections, transaction
from django.db.models import F
from django.utils import timezone

from sermo.audit.services import first_broken_position
from sermo.celery import app
from sermo.core.redis import broker, connection
from tests.accounts.conftest import sent_emails
from tests.factories_verification import INSTITUTION, make_applicant, make_draft
from tests.verification import secret_search
from tests.verification.celery_worker import CeleryWorker, running_worker
from tests.verification.faulty_vendors import FaultyVendors
from tests.waiting import wait_until
from tools.benchmarks.synthetic_nppes import npi
from verification import policy, services
from verification.models import (
    Application,
    ApplicationState,
    CircuitBreaker,
    Credential,
    Decision,
    OutboxMessage,
    SocialSecurityNumber,
    Step,
    StepName,
    StepState,
    VendorCall,
)
from verification.models.application import OPEN_STATES
from verification.personal_data import applicant_details
from verification.pipeline.decisions import apply_due_decision
from verification.pipeline.sweep import run_sweep
from verification.policy.reasons import Reason
from verification.services import IdentityDetails

# One worker for all of them, however many processes run the tests.
pytestmark = [pytest.mark.worker, pytest.mark.xdist_group("worker")]
DETAILS = IdentityDetails(
    street="101 Test Ln",
    city="Paramus",
    state="NJ",
    zip_code="07652",
    licence_state="NJ",
    licence_number="25MA00000001",
)


@pytest.fixture(scope="module")
def vendors() -> Iterator[FaultyVendors]:
    made = FaultyVendors()
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def _committed_databases(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Committed databases for the whole module, because the worker must see every row.

    Each test uses its own people and numbers, so the tables need not be empty.
    """
    with django_db_blocker.unblock():
        for server in (connection(), broker()):
            server.flushdb()
        yield
        for alias in ("default", "identity"):
            call_command(
                "flush", database=alias, verbosity=0, interactive=False, inhibit_post_migrate=True
            )


@pytest.fixture(scope="module")
def _worker(
    vendors: FaultyVendors, _committed_databases: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CeleryWorker]:
    environment = {**vendors.environment(), "SERMO_INSTITUTIONAL_DOMAINS": INSTITUTION}
    with running_worker(tmp_path_factory.mktemp("worker"), environment) as made:
        yield made


@pytest.fixture
def worker(_worker: CeleryWorker, vendors: FaultyVendors) -> Iterator[CeleryWorker]:
    vendors.reset()
    _worker.answer_seconds.unlink(missing_ok=True)
    CircuitBreaker.objects.all().delete()
    # An application that an earlier test left open would consume this test's faults.
    Application.objects.filter(state__in=OPEN_STATES).update(
        state=ApplicationState.WITHDRAWN, waiting_for="", closed_at=timezone.now()
    )
    OutboxMessage.objects.all().delete()
    yield _worker
    vendors.reset()


_people = itertools.count(1)


def submit_new(number: str = "", *, ssn: str = "") -> Application:
    """A new applicant whom every vendor confirms, submitted and queued for the worker."""
    serial = next(_people)
    user = make_applicant(f"fault-{serial}", domain=INSTITUTION)
    draft = make_draft(user, number=number or npi(serial))
    services.save_identity_details(
        application=draft, details=DETAILS, ssn=ssn or f"899-55-{serial:04}"
    )
    return services.submit_application(application=draft)


def state_of(application: Application) -> str:
    return Application.objects.values_list("state", flat=True).get(pk=application.pk)


def wait_for_state(application: Application, state: ApplicationState) -> None:
    wait_until(lambda: state_of(application) == state, f"{state}")


def wait_for_retry(application: Application, name: StepName) -> None:
    """Wait until the step has failed and waits for a retry."""
    step = Step.objects.filter(application=application, name=name, state=StepState.RETRY_WAIT)
    wait_until(step.exists, f"{name} waiting for another try")


def move_times_back(**by: float) -> None:
    """Move every due time, lease and expiry into the past by this much."""
    ago = dt.timedelta(**by)
    Step.objects.update(
        next_at=F("next_at") - ago,
        lease_until=F("lease_until") - ago,
        give_up_at=F("give_up_at") - ago,
    )
    OutboxMessage.objects.update(next_at=F("next_at") - ago)
    Application.objects.update(expires_at=F("expires_at") - ago)
    CircuitBreaker.objects.update(
        probe_at=F("probe_at") - ago, first_failure_at=F("first_failure_at") - ago
    )
    VendorCall.objects.update(sent_at=F("sent_at") - ago)


def sweep_and_wake() -> None:
    """What Celery beat does every 15 seconds."""
    app.send_task("verification.sweep")


def reaches_state_after(application: Application, state: ApplicationState, **by: float) -> None:
    move_times_back(**by)
    sweep_and_wake()
    wait_for_state(application, state)


def reaches_state_eventually(application: Application, state: ApplicationState) -> None:
    """Move from one due time to the next until the application has this state."""

    def is_there() -> bool:
        if state_of(application) == state:
            return True
        waiting = Step.objects.filter(application=application, state=StepState.RETRY_WAIT)
        due = waiting.order_by("next_at").values_list("next_at", flat=True).first()
        if due is not None and not _is_leased(application):
            move_times_back(seconds=max(0.0, (due - timezone.now()).total_seconds()) + 1)
            sweep_and_wake()
        return False

    wait_until(is_there, f"{state} in the end")


def _is_leased(application: Application) -> bool:
    return Step.objects.filter(application=application, state=StepState.LEASED).exists()


def reasons_of(application: Application) -> list[str]:
    application.refresh_from_db()
    return list(application.reasons)


def test_a_clean_sign_up_is_approved_by_the_worker(
    worker: CeleryWorker, vendors: FaultyVendors
) -> None:
    application = submit_new()

    wait_for_state(application, ApplicationState.APPROVED)

    assert (vendors.call_count("idology"), vendors.call_count("ama", "/search")) == (1, 1)
    assert first_broken_position("identity") is None


def test_1_a_refused_connection_is_retried(worker: CeleryWorker, vendors: FaultyVendors) -> None:
    vendors.hang_up("idology")
    application = submit_new()
    wait_for_retry(application, StepName.IDOLOGY)
    vendors.come_back("idology")

    reaches_state_after(application, ApplicationState.APPROVED, minutes=30)

    # A refused connection sent nothing, so the vendor counted nothing.
    assert vendors.call_count("idology") == 1


@pytest.mark.parametrize("fault", ["drop", "drip", "truncated", "huge"])
def test_2_3_6_a_lost_identity_answer_costs_three_calls_at_most(
    worker: CeleryWorker, vendors: FaultyVendors, fault: str
) -> None:
    """Timeout after sending, slow answer, truncated body and endless body."""
    if fault == "drip":
        worker.limit_answers(0.5)
    vendors.fail("idology", *[fault] * 5)
    application = submit_new()
    reaches_state_eventually(application, ApplicationState.IN_REVIEW)

    assert vendors.call_count("idology") == 3
    assert Reason.PROVIDER_UNAVAILABLE in reasons_of(application)


def test_4_server_errors_are_retried_and_retry_after_is_respected(
    worker: CeleryWorker, vendors: FaultyVendors
) -> None:
    vendors.fail("ama", "500", "503")
    vendors.fail("nppes", "429 3600", "502", "429 5")
    application = submit_new()
    wait_for_retry(application, StepName.NPPES)
    step = Step.objects.get(application=application, name=StepName.NPPES)
    assert step.next_at - (step.lease_until or dt.datetime.now(dt.UTC)) > dt.timedelta(minutes=55)

    reaches_state_eventually(application, ApplicationState.APPROVED)


@pytest.mark.parametrize(
    ("vendor", "fault", "step", "reason"),
    [
        ("idology", "error", StepName.IDOLOGY, Reason.PROVIDER_CONFIG_ERROR),
        ("idology", "400", StepName.IDOLOGY, Reason.PROVIDER_CONFIG_ERROR),
        ("nppes", "errors", StepName.NPPES, Reason.PROVIDER_CONFIG_ERROR),
        ("ama", "401", StepName.AMA, Reason.PROVIDER_CONFIG_ERROR),
    ],
)
def test_5_8_refused_credentials_cost_one_call_and_go_to_review(
    worker: CeleryWorker,
    vendors: FaultyVendors,
    vendor: str,
    fault: str,
    step: StepName,
    reason: Reason,
) -> None:
    vendors.fail(vendor, *[fault] * 9)
    application = submit_new()

    wait_for_state(application, ApplicationState.IN_REVIEW)

    assert reasons_of(application) == [reason]
    # A number NPPES rejects concerns one application; refused credentials concern all.
    fuse = CircuitBreaker.objects.filter(pk=vendor, is_misconfigured=True)
    assert fuse.exists() == (fault != "errors")
    calls_before = vendors.call_count(vendor)
    reaches_state_after(application, ApplicationState.IN_REVIEW, minutes=5)
    assert vendors.call_count(vendor) == calls_before


def test_5_6_7_a_malformed_body_is_never_taken_as_an_answer(
    worker: CeleryWorker, vendors: FaultyVendors
) -> None:
    """Status 200 with HTML, an empty or truncated body, bombs, wrong encoding, unknown keys,
    lists.
    """
    bad = ["html", "empty", "truncated", "a list"]
    vendors.fail("nppes", *bad)
    vendors.fail("idology", "unknown key", "missing element")
    application = submit_new()
    reaches_state_eventually(application, ApplicationState.APPROVED)

    assert vendors.call_count("nppes") == len(bad) + 1
    assert vendors.call_count("idology") == 3


def test_6_entity_bombs_and_bad_encodings_go_to_review(
    worker: CeleryWorker, vendors: FaultyVendors
) -> None:
    vendors.fail("idology", "bomb", "external", "encoding")
    application = submit_new()
    reaches_state_eventually(application, ApplicationState.IN_REVIEW)

    assert reasons_of(application) == [Reason.PROVIDER_UNAVAILABLE]
    log = worker.log.read_text(errors="replace")
    assert "root:" not in log


def test_8_an_expired_token_is_renewed_once(worker: CeleryWorker, vendors: FaultyVendors) -> None:
    submit_new()
    wait_until(lambda: vendors.call_count("ama", "/monitor/") == 1, "the watch")
    vendors["ama"].calls.clear()
    vendors.fail("ama", "401")
    again = submit_new()

    wait_for_state(again, ApplicationState.APPROVED)

    assert vendors.call_count("ama", "oauth2") == 1
    calls = VendorCall.objects.filter(step__application=again, provider="ama")
    assert sorted(calls.values_list("outcome", flat=True)) == ["answered", "answered"]


def test_9_no_search_hit_and_a_missing_profile_go_to_review(
    worker: CeleryWorker, vendors: FaultyVendors
) -> None:
    vendors.fail("ama", "nobody")
    nobody = submit_new()
    wait_for_state(nobody, ApplicationState.IN_REVIEW)
    assert Reason.AMA_NOT_FOUND in reasons_of(nobody)

    vendors["ama"].calls.clear()
    vendors.fail("ama", "", "404")
    gone = submit_new()
    wait_for_state(gone, ApplicationState.IN_REVIEW)
    assert Reason.AMA_AMBIGUOUS in reasons_of(gone)


def test_10_a_worker_killed_before_the_answer_costs_one_more_call(
    worker: CeleryWorker, vendors: FaultyVendors
) -> None:
    vendors.stall("idology")
    application = submit_new()
    wait_until(vendors["idology"].is_waiting.is_set, "the question")
    before = worker.children()

    worker.kill_child()

    vendors["idology"].go_on.set()
    wait_until(lambda: worker.children() not in ([], before), "a new child")
    # Broker and lease still protect it: the crash is not detected yet.
    assert state_of(application) == ApplicationState.CHECKING
    reaches_state_after(application, ApplicationState.APPROVED, minutes=2)
    assert vendors.call_count("idology") == 2
    calls = VendorCall.objects.filter(provider="idology", step__application=application)
    assert sorted(calls.values_list("status", flat=True)) == ["answered", "sent"]


def test_10_a_worker_killed_before_the_commit_costs_one_more_call(
    worker: CeleryWorker, vendors: FaultyVendors
) -> None:
    """The answer has arrived, but its row is locked, so that it cannot be stored."""
    vendors.stall("idology")
    application = submit_new()
    wait_until(vendors["idology"].is_waiting.is_set, "the question")
    before = worker.children()
    call = VendorCall.objects.filter(provider="idology", step__application=application)

    with transaction.atomic(using="identity"):
        Application.objects.select_for_update().get(pk=application.pk)
        vendors["idology"].go_on.set()
        wait_until(_is_lock_awaited, "the worker at the row")
        worker.kill_child()
        wait_until(lambda: worker.children() not in ([], before), "a new child")

    assert call.get().status == VendorCall.Status.ANSWERED
    assert not Step.objects.filter(
        application=application, name=StepName.IDOLOGY, state=StepState.DONE
    ).exists()
    reaches_state_after(application, ApplicationState.APPROVED, minutes=2)
    assert vendors.call_count("idology") == 2


def _is_lock_awaited() -> bool:
    with connections["identity"].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


def test_10_the_sweep_finishes_an_application_after_the_worker_was_killed(
    worker: CeleryWorker, vendors: FaultyVendors
) -> None:
    """All steps are stored, the decision is not made, and its message is lost."""
    vendors.stall("idology")
    application = submit_new()
    wait_until(vendors["idology"].is_waiting.is_set, "the question")
    worker.kill_child()
    vendors["idology"].go_on.set()
    move_times_back(minutes=2)
    app.control.purge()

    reaches_state_after(application, ApplicationState.APPROVED, minutes=0)

    assert Decision.objects.filter(application=application).count() == 1


def test_11_messages_delivered_twice_and_out_of_order_decide_once(
    worker: CeleryWorker, vendors: FaultyVendors
) -> None:
    first = submit_new()
    second = submit_new()
    for _ in range(3):
        for application in (second, first):
            app.send_task("verification.process_application", args=[str(application.pk)])

    wait_for_state(first, ApplicationState.APPROVED)
    wait_for_state(second, ApplicationState.APPROVED)

    assert vendors.call_count("idology") == 2
    assert Decision.objects.filter(application__in=[first, second]).count() == 2


def test_12_no_application_is_lost_while_the_broker_is_down(
    worker: CeleryWorker, vendors: FaultyVendors, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: Any, **__: Any) -> None:
        from kombu.exceptions import OperationalError

        raise OperationalError("connection refused")

    with monkeypatch.context() as patched:
        patched.setattr(app, "send_task", down)
        application = submit_new()
    assert state_of(application) == ApplicationState.SUBMITTED

    reaches_state_after(application, ApplicationState.APPROVED, minutes=10)


def test_13_a_database_that_restarts_in_a_step_costs_a_lease(
    worker: CeleryWorker, vendors: FaultyVendors
) -> None:
    vendors.stall("idology")
    application = submit_new()
    wait_until(vendors["idology"].is_waiting.is_set, "the question")
    with connections["identity"].cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    vendors["idology"].go_on.set()

    reaches_state_after(application, ApplicationState.APPROVED, minutes=2)

    assert Decision.objects.filter(application=application).count() == 1


def test_13_a_serialization_failure_costs_a_lease(
    worker: CeleryWorker, vendors: FaultyVendors
) -> None:
    """The database refuses the first write of the answer."""
    with connections["identity"].cursor() as cursor:
        cursor.execute(_REFUSE_ONCE)
    try:
        application = submit_new()
        waiting = Step.objects.filter(
            application=application, name=StepName.IDOLOGY, state=StepState.LEASED
        )
        wait_until(lambda: vendors.call_count("idology") == 1 and waiting.exists(), "the refusal")
        reaches_state_after(application, ApplicationState.APPROVED, minutes=2)
    finally:
        with connections["identity"].cursor() as cursor:
            cursor.execute("DROP FUNCTION refuse_once CASCADE; DROP SEQUENCE refused")

    assert vendors.call_count("idology") == 2
    assert Decision.objects.filter(application=application).count() == 1


# A sequence is not rolled back, so the second write goes through.
_REFUSE_ONCE = """
CREATE SEQUENCE refused;
CREATE FUNCTION refuse_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF nextval('refused') = 1 THEN
    RAISE EXCEPTION 'could not serialize access' USING ERRCODE = '40001';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER refuse_once BEFORE UPDATE ON verification_step FOR EACH ROW
  WHEN (NEW.name = 'idology' AND NEW.state = 'done' AND OLD.state <> 'done')
  EXECUTE FUNCTION refuse_once();
"""


def test_14_15_two_workers_and_two_claims_admit_one_applicant(
    worker: CeleryWorker, vendors: FaultyVendors, settings: Any
) -> None:
    """This process works beside the worker: one number, two applicants."""
    settings.VENDORS = vendors.environment()
    settings.VENDOR_ADAPTERS = "tests.verification.faulty_vendors.FaultyVendorAdapters"
    from verification.pipeline.worker import process_application

    number = npi(next(_people))
    first, second = submit_new(number), submit_new(number)
    process_application(first.pk)
    process_application(second.pk)
    wait_until(lambda: {state_of(first), state_of(second)} <= _ENDS, "both ends")

    held = Credential.objects.filter(application__in=[first, second], active=True)
    assert held.count() == 1
    assert sorted([state_of(first), state_of(second)]) == [
        ApplicationState.APPROVED,
        ApplicationState.IN_REVIEW,
    ]
    assert vendors.call_count("idology") <= 2


_ENDS = {ApplicationState.APPROVED, ApplicationState.IN_REVIEW, ApplicationState.REJECTED}


def test_16_a_result_after_withdrawal_is_discarded(
    worker: CeleryWorker, vendors: FaultyVendors
) -> None:
    vendors.stall("idology")
    application = submit_new()
    wait_until(vendors["idology"].is_waiting.is_set, "the question")

    services.withdraw_application(application=application)
    vendors["idology"].go_on.set()
    wait_until(lambda: not _is_leased(application), "the dropped result")

    assert state_of(application) == ApplicationState.WITHDRAWN
    assert not SocialSecurityNumber.objects.filter(application=application).exists()
    assert not Decision.objects.filter(application=application).exists()


def test_17_18_a_stopped_beat_and_a_clock_jump_delay_only(
    worker: CeleryWorker, vendors: FaultyVendors
) -> None:
    vendors.fail("nppes", "503", "503")
    application = submit_new()
    wait_for_retry(application, StepName.NPPES)
    move_times_back(hours=-1)
    sweep_and_wake()
    assert state_of(application) == ApplicationState.CHECKING

    reaches_state_eventually(application, ApplicationState.APPROVED)


def test_20_a_changed_policy_starts_a_new_round_of_checks(
    worker: CeleryWorker, vendors: FaultyVendors
) -> None:
    vendors.stall("idology")
    application = submit_new()
    wait_until(vendors["idology"].is_waiting.is_set, "the question")
    Application.objects.filter(pk=application.pk).update(policy_version=1)
    vendors["idology"].go_on.set()

    wait_for_state(application, ApplicationState.APPROVED)

    assert Decision.objects.get(application=application).policy_version == policy.POLICY_VERSION
    application.refresh_from_db()
    assert application.attempt == 2


# The mark creates both databases for this module; the test itself needs none.
@pytest.mark.django_db(databases=["default", "identity"])
def test_21_no_process_starts_without_the_encryption_key() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "SERMO_KEY_FIELD"}
    environment |= {"SERMO_PROCESS": "worker", "DJANGO_SETTINGS_MODULE": "sermo.settings"}
    root = Path(__file__).parents[2]
    error = subprocess.run(
        [sys.executable, "-m", "celery", "-A", "sermo.celery", "report"],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert error.returncode != 0
    assert "SERMO_KEY_FIELD" in error.stderr + error.stdout


def test_after_a_day_without_answers_it_is_reviewed_and_no_step_waits(
    worker: CeleryWorker, vendors: FaultyVendors
) -> None:
    vendors.fail("nppes", *["503"] * 40)
    application = submit_new()
    wait_for_retry(application, StepName.NPPES)

    reaches_state_after(application, ApplicationState.IN_REVIEW, hours=25)

    assert Reason.PROVIDER_UNAVAILABLE in reasons_of(application)
    dead = Step.objects.get(application=application, name=StepName.NPPES)
    assert (dead.state, dead.outcome) == (StepState.DEAD, "no_answer")
    run_sweep()
    assert apply_due_decision(application.pk) is None


PLANTED = "899-47-2316"


def searched_places(worker: CeleryWorker) -> Iterator[tuple[str, bytes]]:
    """Dumps, Redis with the queue, the worker's debug log, emails and files."""
    yield from secret_search.database_dumps()
    yield from secret_search.redis_values()
    yield from secret_search.file_contents(worker.log.parent, *secret_search.stored_files())
    for letter in sent_emails():
        yield "mail", f"{letter.subject} {letter.body}".encode()


def test_22_a_planted_ssn_is_stored_nowhere_in_clear(
    worker: CeleryWorker, vendors: FaultyVendors, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    vendors.stall("idology")
    application = submit_new(ssn=PLANTED)
    # It was decrypted for the vendor and stored nowhere else.
    wait_until(vendors["idology"].is_waiting.is_set, "the question")
    assert SocialSecurityNumber.objects.filter(application=application).exists()
    assert secret_search.places_with(searched_places(worker), PLANTED) == []

    # The first request is lost; in the second the vendor repeats the number.
    worker.kill_child()
    vendors["idology"].go_on.set()
    # Past the lease of the killed worker.
    reaches_state_after(application, ApplicationState.APPROVED, minutes=2)

    call = VendorCall.objects.get(
        provider="idology", step__application=application, status="answered"
    )
    body = applicant_details.decrypt_json(
        application.user.decrypt_data_key(), bytes(call.body_ciphertext or b"")
    )
    assert PLANTED.replace("-", "") in body["body"]
    assert not SocialSecurityNumber.objects.filter(application=application).exists()
    assert secret_search.places_with(searched_places(worker), PLANTED) == []
    assert secret_search.places_with([("log", caplog.text.encode())], PLANTED) == []


def test_22_the_search_finds_a_planted_ssn_in_every_place(
    worker: CeleryWorker, tmp_path: Path
) -> None:
    """Proves that the test above could fail."""
    plain = PLANTED.replace("-", "").encode()
    (tmp_path / "spool").write_bytes(b"x" + base64.b64encode(b"ab" + plain + b"cd"))
    broker().rpush("verification-planted", b'{"body": "' + plain.hex().encode() + b'"}')
    application = submit_new()
    reaches_state_eventually(application, ApplicationState.APPROVED)
    VendorCall.objects.create(
        step=Step.objects.filter(application=application)[:1].get(),
        provider="idology",
        key=f"planted-{application.pk}",
        request_digest=b"x",
        body_ciphertext=b"..." + PLANTED.encode(),
        sent_at=timezone.now(),
    )

    places = secret_search.places_with(
        [*searched_places(worker), *secret_search.file_contents(tmp_path)], PLANTED
    )

    broker().delete("verification-planted")
    VendorCall.objects.filter(key__startswith="planted-").delete()
    assert "dump of identity" in places
    assert any("verification-planted" in name for name in places)
    assert str(tmp_path / "spool") in places
