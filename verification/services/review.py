"""What a reviewer does: take, look, approve, refuse, ask, and take a decision back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, When

from accounts.models import User
from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.core import clock
from verification import policy
from verification.errors import (
    ApplicationChanged,
    BindingMissing,
    ClaimedByAnother,
    ClaimExpired,
    OwnApplication,
    SecondReviewerRequired,
    TooLateToUndo,
)
from verification.models import (
    Application,
    ApplicationState,
    AwaitedInput,
    Decision,
    DecisionKind,
    Document,
    DocumentView,
    OutboxTopic,
    ReviewerQuestion,
)
from verification.models.application import ApplicationQuerySet
from verification.models.decision import UNDO_WINDOW
from verification.personal_data import applicant_details
from verification.pipeline import facts
from verification.pipeline.transitions import lock_application, transition
from verification.policy.reasons import SECOND_REVIEW_REASONS, Reason

CLAIM_TIME = dt.timedelta(minutes=15)


def _record(action: AuditAction, reviewer: User, application: Application, **details: Any) -> None:
    record_audit_event(
        action,
        store="identity",
        actor=f"user:{reviewer.pk}",
        target=f"application:{application.pk}",
        details=details,
    )


@transaction.atomic(using="identity")
def claim_for_review(*, application: Application, reviewer: User) -> Application:
    """Take it for 15 minutes; taking it again goes on. Nobody else sees its details meanwhile."""
    locked = lock_application(application.pk)
    if locked.state != ApplicationState.IN_REVIEW:
        raise ApplicationChanged
    _refuse_own(locked, reviewer)
    now = clock.now()
    held = locked.claimed_until is not None and locked.claimed_until > now
    if held and locked.claimed_by_id != reviewer.pk:
        raise ClaimedByAnother
    locked.claimed_by = reviewer
    locked.claimed_until = now + CLAIM_TIME
    locked.save(update_fields=["claimed_by", "claimed_until"])
    if not held:
        _record(AuditAction.APPLICATION_CLAIMED, reviewer, locked)
    return locked


@transaction.atomic(using="identity")
def claim_next(
    *, reviewer: User, skipped: Collection[str] = (), after: Application | None = None
) -> Application | None:
    """The oldest application this reviewer can decide now, taken; None when nothing is left.

    What they hold already comes first, so that nothing stays behind. Two reviewers who press at
    the same moment get two applications: rows another one is taking are passed over.
    """
    now = clock.now()
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now) | Q(claimed_by=reviewer)
    mine = Case(When(claimed_by=reviewer, claimed_until__gt=now, then=0), default=1)
    passed_over = [*skipped, *([after.public_id] if after else [])]
    waiting = (
        _decidable(reviewer)
        .filter(free)
        .exclude(public_id__in=passed_over)
        .order_by(mine, "review_since", "id")
    )
    found = waiting.select_for_update(skip_locked=True, of=("self",)).first()
    return None if found is None else claim_for_review(application=found, reviewer=reviewer)


def _decidable(reviewer: User) -> ApplicationQuerySet:
    """In review, not the reviewer's own case or decision, and still open to a decision."""
    standing = Decision.objects.filter(application=OuterRef("pk"), undone_at__isnull=True)
    appealed = Decision.objects.filter(
        application=OuterRef("appeal_of"), undone_at__isnull=True, reviewer=reviewer
    )
    for_a_second = standing.filter(needs_second=True, second_reviewer__isnull=True)
    return (
        Application.objects.in_review()
        .exclude(user=reviewer)
        .filter(~Exists(standing) | Exists(for_a_second.exclude(reviewer=reviewer)))
        .filter(~Exists(appealed))
    )


@transaction.atomic(using="identity")
def release_claim(*, application: Application, reviewer: User) -> None:
    """Skip: give the claim back for somebody else."""
    locked = lock_application(application.pk)
    if locked.claimed_by_id == reviewer.pk:
        locked.claimed_by = None
        locked.claimed_until = None
        locked.save(update_fields=["claimed_by", "claimed_until"])


def _refuse_own(application: Application, reviewer: User) -> None:
    """Nobody reviews themselves, nor an appeal against their own decision."""
    if application.user_id == reviewer.pk:
        raise OwnApplication
    if application.appeal_of_id is not None:
        earlier = Decision.objects.filter(
            application_id=application.appeal_of_id, undone_at__isnull=True
        )
        if earlier.filter(reviewer=reviewer).exists():
            raise OwnApplication


def _held(application: Application, reviewer: User) -> Application:
    """The application, locked and held by this reviewer."""
    locked = lock_application(application.pk)
    if locked.state != ApplicationState.IN_REVIEW:
        raise ApplicationChanged
    _refuse_own(locked, reviewer)
    if not holds_claim(locked, reviewer):
        raise ClaimExpired
    return locked


def holds_claim(application: Application, reviewer: User) -> bool:
    """Whether the reviewer's claim runs."""
    until = application.claimed_until
    return application.claimed_by_id == reviewer.pk and until is not None and until > clock.now()


def current_decision(application: Application) -> Decision | None:
    return Decision.objects.filter(application=application, undone_at__isnull=True).first()


@transaction.atomic(using="identity")
def decide_application(
    *,
    application: Application,
    reviewer: User,
    kind: DecisionKind,
    reasons: Iterable[Reason] = (),
    note: str = "",
) -> Decision:
    """Decide; it takes effect after ten seconds in which it can be undone.

    Where the reasons ask for two people, it takes effect once another one confirms. Decided twice
    by the same reviewer it is decided once; by two at once, the first one holds.
    """
    locked = lock_application(application.pk)
    standing = current_decision(locked)
    if standing is not None:
        if standing.reviewer_id == reviewer.pk and standing.kind == kind:
            return standing
        raise ApplicationChanged
    locked = _held(application, reviewer)
    chosen = [str(reason) for reason in reasons]
    second = _needs_second([*locked.reasons, *chosen])
    known = facts.gather_facts(locked)
    if kind == DecisionKind.APPROVE:
        _refuse_unbound(locked, known)
    now = clock.now()
    decision = Decision.objects.create(
        application=locked,
        kind=kind,
        reasons=chosen or list(locked.reasons),
        policy_version=policy.POLICY_VERSION,
        facts=known.as_json(),
        note_ciphertext=applicant_details.encrypt_text(locked.user.decrypt_data_key(), note)
        if note
        else None,
        reviewer=reviewer,
        needs_second=second,
        decided_at=now,
        effective_at=None if second else now + UNDO_WINDOW,
    )
    _release_claim(locked)
    _record(AuditAction.APPLICATION_DECIDED, reviewer, locked, kind=str(kind), effective=not second)
    return decision


def _refuse_unbound(application: Application, known: policy.Facts) -> None:
    """Where the rules found nothing that ties the person to the licence, a document must."""
    unbound = str(Reason.BINDING_FAILED) in application.reasons
    if unbound and policy.BindingFactor.DOCUMENT_SEEN not in known.bound_by:
        raise BindingMissing


def _release_claim(application: Application) -> None:
    application.claimed_by = None
    application.claimed_until = None
    application.save(update_fields=["claimed_by", "claimed_until"])


def _needs_second(reasons: Iterable[str]) -> bool:
    return bool(SECOND_REVIEW_REASONS.intersection(reasons))


def _open_decision(decision: Decision) -> Decision:
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
    """Take one's own decision back before it takes effect."""
    locked = _open_decision(decision)
    if reviewer.pk not in {locked.reviewer_id, locked.second_reviewer_id}:
        raise OwnApplication("Only a reviewer who decided can take it back.")
    if locked.effective_at is not None and locked.effective_at <= clock.now():
        raise TooLateToUndo
    locked.undone_at = clock.now()
    locked.save(update_fields=["undone_at"])
    _record(AuditAction.DECISION_REVERSED, reviewer, locked.application)


@transaction.atomic(using="identity")
def confirm_decision(*, decision: Decision, reviewer: User) -> None:
    """The second reviewer agrees; ten seconds later it takes effect."""
    locked = _open_decision(decision)
    if not locked.needs_second or locked.reviewer_id == reviewer.pk:
        raise SecondReviewerRequired
    if locked.second_reviewer_id is not None:
        return
    application = _held(locked.application, reviewer)
    locked.second_reviewer = reviewer
    locked.effective_at = clock.now() + UNDO_WINDOW
    locked.save(update_fields=["second_reviewer", "effective_at"])
    _release_claim(application)
    _record(AuditAction.APPLICATION_DECIDED, reviewer, locked.application, confirmed=True)


@transaction.atomic(using="identity")
def disagree_with_decision(*, decision: Decision, reviewer: User) -> None:
    """The second reviewer does not agree: the application goes back to the queue."""
    locked = _open_decision(decision)
    if locked.reviewer_id == reviewer.pk or not locked.needs_second:
        raise SecondReviewerRequired
    if locked.second_reviewer_id is not None:
        raise ApplicationChanged
    _held(locked.application, reviewer)
    locked.undone_at = clock.now()
    locked.save(update_fields=["undone_at"])
    _record(AuditAction.DECISION_REVERSED, reviewer, locked.application, disagreed=True)


@transaction.atomic(using="identity")
def ask_applicant(*, application: Application, reviewer: User, question: str) -> None:
    """Ask the applicant; it leaves the queue until they answer, for 14 days at most."""
    if current_decision(lock_application(application.pk)) is not None:
        raise ApplicationChanged
    locked = _held(application, reviewer)
    ReviewerQuestion.objects.create(
        application=locked,
        question_ciphertext=applicant_details.encrypt_text(
            locked.user.decrypt_data_key(), question
        ),
        asked_at=clock.now(),
    )
    transition(
        locked,
        ApplicationState.AWAITING_APPLICANT,
        actor=f"user:{reviewer.pk}",
        waiting_for=AwaitedInput.REVIEWER_ANSWER,
        owes=OutboxTopic.MAIL_QUESTION,
    )


@transaction.atomic(using="identity")
def record_document_view(*, document: Document, reviewer: User) -> None:
    """One look at a document: a row every reviewer sees, and an audit record."""
    DocumentView.objects.create(document=document, viewer=reviewer, viewed_at=clock.now())
    record_audit_event(
        AuditAction.DOCUMENT_VIEWED,
        store="identity",
        actor=f"user:{reviewer.pk}",
        target=f"document:{document.pk}",
    )
