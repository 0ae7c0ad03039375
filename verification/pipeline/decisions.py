"""Decide checked applications by the rules, and put decisions into effect."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import IntegrityError, transaction

from accounts.services import save_verified_person
from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.core import clock
from verification import policy, schemes
from verification.models import (
    Application,
    ApplicationDecisionKind,
    ApplicationState,
    AwaitedInput,
    Credential,
    Decision,
    OutboxTopic,
    SsnClaim,
)
from verification.personal_data import applicant_details
from verification.pipeline import facts as gathering
from verification.pipeline.membership_status import admit_member, revoke_membership
from verification.pipeline.transitions import (
    WORKER,
    StateChange,
    add_to_outbox,
    lock_application,
    transition,
)
from verification.policy.reasons import Reason

# By verdict: the input that the applicant must give, and the email that asks for it.
_AWAITED_INPUT = {
    policy.PolicyVerdict.AWAIT_CODE: (AwaitedInput.CODE, OutboxTopic.MAIL_CODE),
    policy.PolicyVerdict.AWAIT_CORRECTION: (AwaitedInput.CORRECTION, OutboxTopic.MAIL_CORRECTION),
    policy.PolicyVerdict.AWAIT_QUESTIONS: (AwaitedInput.QUESTIONS, OutboxTopic.MAIL_QUESTIONS),
}


def decide_checked_application(application: Application) -> None:
    """Apply the rules to a locked application whose checks are all done."""
    if application.policy_version != policy.POLICY_VERSION:
        _start_new_round(application)
        return
    facts = gathering.gather_facts(application)
    ruling = policy.decide(facts)
    if ruling.verdict is policy.PolicyVerdict.REVIEW:
        _to_review(application, ruling.reasons)
    elif ruling.verdict in _AWAITED_INPUT:
        waiting_for, topic = _AWAITED_INPUT[ruling.verdict]
        transition(
            application,
            StateChange(
                ApplicationState.AWAITING_APPLICANT,
                actor=WORKER,
                waiting_for=waiting_for,
                outbox_topic=topic,
            ),
        )
    else:
        _decide(application, facts, ruling)


def _start_new_round(application: Application) -> None:
    """Start a new round of checks: the facts were gathered for an older policy version."""
    application.policy_version = policy.POLICY_VERSION
    application.attempt += 1
    application.save(update_fields=["policy_version", "attempt"])
    add_to_outbox(application, OutboxTopic.ADVANCE)


def _decide(application: Application, facts: policy.Facts, ruling: policy.Ruling) -> None:
    kind = (
        ApplicationDecisionKind.APPROVE
        if ruling.verdict is policy.PolicyVerdict.APPROVE
        else ApplicationDecisionKind.REJECT
    )
    now = clock.now()
    decision = Decision.objects.create(
        application=application,
        kind=kind,
        reasons=[str(reason) for reason in ruling.reasons],
        policy_version=policy.POLICY_VERSION,
        facts=facts.as_json(),
        is_automatic=True,
        decided_at=now,
        effective_at=now,
    )
    apply_decision(application, decision, actor=WORKER)


def _to_review(application: Application, reasons: tuple[Reason, ...]) -> None:
    transition(
        application,
        StateChange(
            ApplicationState.IN_REVIEW,
            actor=WORKER,
            reasons=reasons,
            outbox_topic=OutboxTopic.MAIL_IN_REVIEW,
        ),
    )


def review_failed_binding(application: Application) -> None:
    """Send a locked application to review because no code came back from the contact of record."""
    _to_review(application, (Reason.BINDING_FAILED,))


@transaction.atomic(using="identity")
def apply_due_decision(decision_id: uuid.UUID) -> None:
    """Put a reviewer's decision into effect once it can no longer be undone. Calling it twice is
    safe.
    """
    application_id = (
        Decision.objects.filter(pk=decision_id).values_list("application_id", flat=True).first()
    )
    if application_id is None:
        return
    application = lock_application(application_id)
    decision = Decision.objects.select_for_update().get(pk=decision_id)
    is_due = decision.effective_at is not None and decision.effective_at <= clock.now()
    if not is_due or decision.applied_at or decision.undone_at:
        return
    actor = f"user:{decision.reviewer_id}"
    apply_decision(application, decision, actor=actor)


def apply_decision(application: Application, decision: Decision, *, actor: str) -> None:
    """Move a locked application to the state that its decision demands."""
    if decision.kind == ApplicationDecisionKind.APPROVE:
        take = not decision.is_automatic
        if not claim_number(application, take=take):
            _review_contested(application, decision, Reason.CREDENTIAL_CONTESTED)
            return
        if not _confirm_ssn(application):
            _review_contested(application, decision, Reason.SSN_ALREADY_USED)
            return
    now = clock.now()
    decision.applied_at = now
    decision.waited_minutes = _minutes(application.submitted_at, now)
    decision.save(update_fields=["applied_at", "waited_minutes"])
    record_audit_event(
        AuditAction.APPLICATION_DECIDED,
        store="identity",
        actor=actor,
        target=f"application:{application.pk}",
        reason=",".join(decision.reasons)[:60],
        details={"kind": decision.kind, "policy": decision.policy_version},
    )
    if decision.kind == ApplicationDecisionKind.APPROVE:
        _approve(application, decision, actor=actor)
    else:
        _reject(application, decision, actor=actor)


def _approve(application: Application, decision: Decision, *, actor: str) -> None:
    Credential.objects.filter(application=application).update(confirmed=True)
    is_restored = application.user.is_paused
    admit_member(application, actor=actor)
    person = applicant_details.decrypt(
        application.user.decrypt_data_key(), application.details_ciphertext
    )
    transition(
        application,
        StateChange(
            ApplicationState.APPROVED,
            actor=actor,
            reasons=decision.reasons,
            outbox_topic=OutboxTopic.MAIL_RESTORED if is_restored else OutboxTopic.MAIL_APPROVED,
        ),
    )
    save_verified_person(
        user=application.user,
        member_class=member_class(gathering.gather_facts(application)),
        specialty=application.specialty,
        country=application.country,
        years=years_band(person.graduation_year, today=clock.today()),
        real_name=person.full_name,
    )


def _reject(application: Application, decision: Decision, *, actor: str) -> None:
    release_number(application, banned=Reason.BANNED in decision.reasons)
    revoke_membership(application.user, decision.reasons, actor=actor)
    transition(
        application,
        StateChange(
            ApplicationState.REJECTED,
            actor=actor,
            reasons=decision.reasons,
            outbox_topic=OutboxTopic.MAIL_REJECTED,
        ),
    )


def _review_contested(application: Application, decision: Decision, reason: Reason) -> None:
    """Withdraw the decision and send the application to review: another account holds the
    number.
    """
    decision.undone_at = clock.now()
    decision.save(update_fields=["undone_at"])
    if application.state == ApplicationState.CHECKING:
        _to_review(application, (reason,))
        return
    reasons = {*application.reasons, str(reason)}
    Application.objects.filter(pk=application.pk).update(reasons=sorted(reasons))


def _confirm_ssn(application: Application) -> bool:
    """Confirm the claim on the social security number. Returns False if another member holds it.

    A member who is verified again brings the number with the new application; if they give none,
    the earlier claim stays.
    """
    own = SsnClaim.objects.filter(application=application)
    before = SsnClaim.objects.filter(user_id=application.user_id).exclude(application=application)
    try:
        with transaction.atomic(using="identity"):
            if own.exists():
                before.update(confirmed=False)
            own.update(confirmed=True)
    except IntegrityError:  # verification_ssnclaim_one_member
        return False
    return True


def claim_number(application: Application, *, take: bool = False) -> bool:
    """Claim the licence number for this application. Returns False if another account holds it.

    `take`: a reviewer has decided between two claims, so an unconfirmed claim of another
    application is released.
    """
    credentials = Credential.objects.filter(number_index=application.number_index)
    if credentials.filter(application=application, active=True).exists():
        return True
    if credentials.filter(banned=True).exists():
        return False
    if credentials.filter(user_id=application.user_id, active=True, confirmed=True).exists():
        return True  # already theirs since they were admitted
    if take:
        credentials.filter(active=True, confirmed=False).update(active=False)
    try:
        with transaction.atomic(using="identity"):
            Credential.objects.update_or_create(
                application=application,
                defaults={
                    "active": True,
                    "scheme": schemes.number_namespace(application.scheme, application.country),
                    "number_index": application.number_index,
                    "user_id": application.user_id,
                },
            )
    except IntegrityError:  # verification_credential_one_active: another account was first
        return False
    return True


def release_number(application: Application, *, banned: bool = False) -> None:
    """Release the claims on licence number and social security number. Banned numbers stay
    recorded.
    """
    own = Credential.objects.filter(application=application)
    own.update(active=False, confirmed=False)
    numbers = SsnClaim.objects.filter(application=application)
    numbers.update(confirmed=False)
    if banned:
        own.update(banned=True)
        numbers.update(banned=True)


def member_class(facts: policy.Facts) -> str:
    """`resident` if NPPES lists a trainee code only, or the foreign register lists a trainee; else
    `physician`.
    """
    is_foreign_trainee = facts.register.profession is policy.Profession.RESIDENT
    is_us_trainee = facts.nppes.trainee_code and not facts.nppes.physician_code
    return "resident" if is_foreign_trainee or is_us_trainee else "physician"


def years_band(graduation_year: int, *, today: dt.date) -> str:
    """The band of years since the degree, as shown to colleagues; empty if the year is unknown."""
    if not graduation_year:
        return ""
    years = max(0, today.year - graduation_year)
    for last_year, band in ((5, "0-5"), (10, "6-10"), (20, "11-20"), (30, "21-30")):
        if years <= last_year:
            return band
    return "30+"


def _minutes(since: dt.datetime | None, until: dt.datetime) -> int | None:
    return None if since is None else max(0, int((until - since).total_seconds() // 60))
