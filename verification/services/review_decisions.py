"""A reviewer decides, undoes a decision, or confirms another reviewer's decision."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from accounts.models import User
from sermo.audit.models import AuditAction
from sermo.core import clock
from verification import policy
from verification.errors import (
    ApplicationChanged,
    BindingMissing,
    OwnApplication,
    SecondReviewerRequired,
    TooLateToUndo,
)
from verification.models import Application, ApplicationDecisionKind, Decision
from verification.models.decision import UNDO_WINDOW
from verification.personal_data import applicant_details
from verification.pipeline import facts
from verification.pipeline.transitions import lock_application
from verification.policy.reasons import SECOND_REVIEW_REASONS, Reason
from verification.selectors.review_queue import current_decision
from verification.services.review_claims import end_claim, lock_claimed, record_review_event


@transaction.atomic(using="identity")
def decide_application(
    *,
    application: Application,
    reviewer: User,
    kind: ApplicationDecisionKind,
    reasons: Iterable[Reason] = (),
    note: str = "",
) -> Decision:
    """Decide. It takes effect after 10 seconds, in which it can be undone.

    If the reasons demand a second reviewer, it takes effect 10 seconds after their confirmation.
    The same decision twice is one decision. Raises `ApplicationChanged` if another decision exists,
    `ClaimExpired`, `OwnApplication` and `BindingMissing`.
    """
    locked = lock_application(application.pk)
    existing = current_decision(locked)
    if existing is not None:
        if existing.reviewer_id == reviewer.pk and existing.kind == kind:
            return existing
        raise ApplicationChanged
    locked = lock_claimed(application, reviewer)
    chosen = [str(reason) for reason in reasons]
    needs_second = _needs_second_reviewer([*locked.reasons, *chosen])
    known_facts = facts.gather_facts(locked)
    if kind == ApplicationDecisionKind.APPROVE:
        _require_binding(locked, known_facts)
    now = clock.now()
    decision = Decision.objects.create(
        application=locked,
        kind=kind,
        reasons=chosen or list(locked.reasons),
        policy_version=policy.POLICY_VERSION,
        facts=known_facts.as_json(),
        note_ciphertext=applicant_details.encrypt_text(locked.user.decrypt_data_key(), note)
        if note
        else None,
        reviewer=reviewer,
        needs_second=needs_second,
        decided_at=now,
        effective_at=None if needs_second else now + UNDO_WINDOW,
    )
    end_claim(locked)
    record_review_event(
        AuditAction.APPLICATION_DECIDED,
        reviewer,
        locked,
        kind=str(kind),
        effective=not needs_second,
    )
    return decision


def _require_binding(application: Application, known: policy.Facts) -> None:
    """Raises `BindingMissing` if no factor ties the person to the licence and no document was
    seen.
    """
    unbound = str(Reason.BINDING_FAILED) in application.reasons
    if unbound and policy.BindingFactor.DOCUMENT_SEEN not in known.bound_by:
        raise BindingMissing


def _needs_second_reviewer(reasons: Iterable[str]) -> bool:
    return bool(SECOND_REVIEW_REASONS.intersection(reasons))


def _lock_open_decision(decision: Decision) -> Decision:
    lock_application(decision.application_id)
    locked = (
        Decision.objects.select_for_update(of=("self",))
        .select_related("application")
        .get(pk=decision.pk)
    )
    if locked.applied_at or locked.undone_at:
        raise TooLateToUndo
    return locked


@transaction.atomic(using="identity")
def undo_decision(*, decision: Decision, reviewer: User) -> None:
    """Undo one's own decision before it takes effect.

    Raises `OwnApplication` for another reviewer's decision, `TooLateToUndo` afterwards.
    """
    locked = _lock_open_decision(decision)
    if reviewer.pk not in {locked.reviewer_id, locked.second_reviewer_id}:
        raise OwnApplication("Only a reviewer who decided can take it back.")
    if locked.effective_at is not None and locked.effective_at <= clock.now():
        raise TooLateToUndo
    locked.undone_at = clock.now()
    locked.save(update_fields=["undone_at"])
    record_review_event(AuditAction.DECISION_REVERSED, reviewer, locked.application)


@transaction.atomic(using="identity")
def confirm_decision(*, decision: Decision, reviewer: User) -> None:
    """The second reviewer confirms; it takes effect after 10 seconds.

    Raises `SecondReviewerRequired` for the first reviewer, `TooLateToUndo` if it is in effect or
    undone, `ApplicationChanged`, `ClaimExpired` and `OwnApplication` as in `lock_claimed`.
    """
    locked = _lock_open_decision(decision)
    if not locked.needs_second or locked.reviewer_id == reviewer.pk:
        raise SecondReviewerRequired
    if locked.second_reviewer_id is not None:
        return
    application = lock_claimed(locked.application, reviewer)
    locked.second_reviewer = reviewer
    locked.effective_at = clock.now() + UNDO_WINDOW
    locked.save(update_fields=["second_reviewer", "effective_at"])
    end_claim(application)
    record_review_event(
        AuditAction.APPLICATION_DECIDED, reviewer, locked.application, confirmed=True
    )


@transaction.atomic(using="identity")
def disagree_with_decision(*, decision: Decision, reviewer: User) -> None:
    """The second reviewer disagrees: the application goes back to the queue.

    Raises `SecondReviewerRequired` for the first reviewer, `TooLateToUndo` if it is in effect or
    undone, `ApplicationChanged`, `ClaimExpired` and `OwnApplication` as in `lock_claimed`.
    """
    locked = _lock_open_decision(decision)
    if locked.reviewer_id == reviewer.pk or not locked.needs_second:
        raise SecondReviewerRequired
    if locked.second_reviewer_id is not None:
        raise ApplicationChanged
    lock_claimed(locked.application, reviewer)
    locked.undone_at = clock.now()
    locked.save(update_fields=["undone_at"])
    record_review_event(AuditAction.DECISION_REVERSED, reviewer, locked.application, disagreed=True)
