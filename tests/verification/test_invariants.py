"""Invariants under any order of workers, applicants, reviewers, vendors and clocks.

`SERMO_INTERLEAVINGS=3000 pytest tests/verification/test_invariants.py` runs more of them.
"""

from __future__ import annotations

import datetime as dt
import os
from contextlib import ExitStack, suppress
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, event
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from sermo.audit.services import first_broken_position
from sermo.core import clock
from sermo.core.errors import DomainError
from tests.factories import make_user
from tests.factories_verification import make_applicant, make_draft
from tests.verification import scripted_vendors
from tests.verification.test_vendor_checks import DETAILS
from verification import policy, services
from verification.models import (
    Application,
    ApplicationState,
    ContactCode,
    Credential,
    Decision,
    DecisionKind,
    Membership,
    MembershipStatus,
    SocialSecurityNumber,
    SsnClaim,
    Step,
    VendorCall,
)
from verification.models.application import CLOSED_STATES, OPEN_STATES
from verification.models.steps import UNFINISHED_STATES
from verification.pipeline import sweep, worker
from verification.pipeline.membership_status import suspend_membership
from verification.policy.reasons import Reason
from verification.selectors.review_queue import current_decision
from verification.vendors.errors import (
    TransientVendorError,
    UnknownResultError,
    VendorConfigurationError,
)

EXAMPLES = int(os.environ.get("SERMO_INTERLEAVINGS", "10"))
STEPS = 30
PEOPLE = 3
NUMBERS = ("2999000013", "2999000054")
SECRETS = ("899-55-0001", "899-55-0002")
FAULTS = (TransientVendorError, UnknownResultError, VendorConfigurationError)
VENDORS = ("idology", "ama", "profile", "nppes")
# Requests to the identity vendor allowed in one round: three lost searches.
MAX_CALLS = 3
_who = st.integers(0, PEOPLE - 1)


class Interleavings(RuleBasedStateMachine):
    """Each example runs in transactions that are rolled back, so examples share no rows."""

    settings: Any = None
    # How many times the machine ran to its end.
    runs = 0

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        for store in ("default", "identity"):
            self.stack.enter_context(transaction.atomic(using=store))
        self.script = self.stack.enter_context(scripted_vendors.scripted(self.settings))
        # This candidate matches any NPI.
        self.script.found = [replace(scripted_vendors.MATCHING_CANDIDATE, npis=())]
        self.people = [make_applicant() for _ in range(PEOPLE)]
        self.reviewers = [make_user(f"r{n}-{id(self)}", role="reviewer") for n in range(2)]
        self.held: list[worker.LeasedStep] = []
        self.ended: dict[Any, str] = {}
        self.swept = False

    def teardown(self) -> None:
        type(self).runs += 1
        for state in Application.objects.values_list("state", flat=True):
            event(str(state))
        assert first_broken_position("identity") is None
        clock.reset()
        for store in ("default", "identity"):
            transaction.set_rollback(True, using=store)
        self.stack.close()

    def _latest(self, who: int) -> Application | None:
        own = Application.objects.filter(user=self.people[who])
        return own.filter(state__in=OPEN_STATES).first() or own.order_by("-opened_month").first()

    @rule(who=_who, number=st.sampled_from(NUMBERS), secret=st.sampled_from(SECRETS))
    def apply(self, who: int, number: str, secret: str) -> None:
        self.swept = False
        try:
            draft = make_draft(self.people[who], number=number)
            services.save_identity_details(application=draft, details=DETAILS, ssn=secret)
            services.submit_application(application=draft)
        except DomainError:
            pass

    @rule(who=_who)
    def a_worker_does_what_it_can(self, who: int) -> None:
        if application := self._latest(who):
            worker.process_application(application.pk)

    @rule(who=_who)
    def a_worker_takes_a_step_and_is_slow(self, who: int) -> None:
        application = self._latest(who)
        if application and (leased := worker.lease_step(application.pk)):
            self.held.append(leased)

    @precondition(lambda self: bool(self.held))
    @rule(which=st.integers(0, 9))
    def the_slow_worker_comes_back(self, which: int) -> None:
        worker.run_step(self.held.pop(which % len(self.held)))

    @precondition(lambda self: bool(self.held))
    @rule()
    def the_slow_worker_dies(self) -> None:
        self.held.pop()

    @rule(vendor=st.sampled_from(VENDORS), fault=st.sampled_from(FAULTS), times=st.integers(1, 4))
    def a_vendor_fails(self, vendor: str, fault: type[Exception], times: int) -> None:
        self.script.fail(vendor, *[fault(vendor) for _ in range(times)])

    @rule(minutes=st.sampled_from([1, 2, 20, 200, 1_500, 22_000]))
    def time_passes(self, minutes: int) -> None:
        clock.advance(dt.timedelta(minutes=minutes))
        self.swept = False

    @rule()
    def the_sweep_comes(self) -> None:
        sweep.run_sweep()
        for pk in sweep.applications_with_due_work():
            worker.process_application(pk)
        sweep.run_sweep()
        self.swept = True

    @rule(who=_who)
    def the_applicant_withdraws(self, who: int) -> None:
        if application := self._latest(who):
            with suppress(DomainError):
                services.withdraw_application(application=application)

    @rule(who=_who, is_right=st.booleans())
    def the_applicant_enters_a_code(self, who: int, is_right: bool) -> None:
        application = self._latest(who)
        sent = scripted_vendors.RecordingSmsSender.sent
        code = "00000000"
        if is_right and sent:
            code = next(w.strip(".") for w in sent[-1][1].split() if w.strip(".").isdigit())
        if application:
            with suppress(DomainError):
                services.enter_code(application=application, code=code)

    @rule(who=_who, kind=st.sampled_from(list(DecisionKind)), reviewer=st.integers(0, 1))
    def a_reviewer_decides(self, who: int, kind: DecisionKind, reviewer: int) -> None:
        application, by = self._latest(who), self.reviewers[reviewer]
        if application is None:
            return
        try:
            services.claim_for_review(application=application, reviewer=by)
            standing = current_decision(application)
            if standing is not None:
                services.confirm_decision(decision=standing, reviewer=by)
            else:
                reasons = [Reason.NOT_PHYSICIAN] if kind == DecisionKind.REJECT else []
                services.decide_application(
                    application=application, reviewer=by, kind=kind, reasons=reasons
                )
        except DomainError:
            pass

    @rule(who=_who)
    def the_rules_change(self, who: int) -> None:
        Application.objects.filter(user=self.people[who], state__in=OPEN_STATES).update(
            policy_version=1
        )

    @rule(who=_who, reason=st.sampled_from([Reason.LICENSE_NOT_ACTIVE, Reason.SANCTION_REPORTED]))
    def a_source_reports_a_member(self, who: int, reason: Reason) -> None:
        suspend_membership(self.people[who], reason)

    @invariant()
    def an_end_is_an_end_and_has_one_decision(self) -> None:
        for application in Application.objects.filter(state__in=CLOSED_STATES):
            assert self.ended.setdefault(application.pk, application.state) == application.state
            standing = application.decisions.filter(undone_at__isnull=True)
            assert standing.count() == (
                application.state in {ApplicationState.APPROVED, ApplicationState.REJECTED}
            )
        assert set(self.ended) == set(
            Application.objects.filter(state__in=CLOSED_STATES).values_list("pk", flat=True)
        )

    @invariant()
    def one_member_for_a_number_and_a_secret(self) -> None:
        active = Membership.objects.filter(status=MembershipStatus.ACTIVE)
        numbers = [
            bytes(row.application.number_index or b"")
            for row in active.select_related("application")
        ]
        assert len(numbers) == len(set(numbers))
        held = Credential.objects.filter(active=True, confirmed=True)
        holders = {bytes(row.number_index): row.user_id for row in held}
        for membership in active.select_related("application"):
            assert holders[bytes(membership.application.number_index or b"")] == membership.user_id
        confirmed = SsnClaim.objects.filter(confirmed=True)
        assert confirmed.count() == len({bytes(row.ssn_index) for row in confirmed})

    @invariant()
    def nobody_is_let_in_without_facts_that_let_them_in(self) -> None:
        for decision in Decision.objects.filter(kind=DecisionKind.APPROVE, is_automatic=True):
            assert decision.policy_version == policy.POLICY_VERSION
            ruling = policy.decide_by_version(decision.facts, decision.policy_version)
            assert ruling.verdict is policy.Verdict.APPROVE

    @invariant()
    def nothing_open_can_be_forgotten(self) -> None:
        now = clock.now()
        for application in Application.objects.filter(state__in=OPEN_STATES):
            assert application.expires_at is not None
            if self.swept and not self.held:
                assert application.expires_at > now
        for step in Step.objects.filter(
            state__in=UNFINISHED_STATES, application__state=ApplicationState.CHECKING
        ):
            assert step.next_at is not None
            assert step.state != "leased" or step.lease_until is not None

    @invariant()
    def no_vendor_is_asked_more_often_than_allowed(self) -> None:
        for step in Step.objects.filter(name="idology"):
            assert VendorCall.objects.filter(step=step).count() <= MAX_CALLS

    @invariant()
    def secrets_end_with_their_case(self) -> None:
        assert not SocialSecurityNumber.objects.filter(
            application__state__in=CLOSED_STATES
        ).exists()
        if self.swept:
            assert not SocialSecurityNumber.objects.filter(erase_at__lte=clock.now()).exists()
        assert all(code.expires_at > code.sent_at for code in ContactCode.objects.all())


@pytest.mark.django_db(databases=["default", "identity"])
def test_the_invariants_hold_in_every_order(settings: Any) -> None:
    """The state machine asserts; this test counts that it ran."""
    Interleavings.settings = settings
    Interleavings.runs = 0
    run_state_machine_as_test(
        Interleavings,
        settings=hypothesis_settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize="SERMO_INTERLEAVINGS" not in os.environ,
            suppress_health_check=list(HealthCheck),
        ),
    )

    assert Interleavings.runs > 0
