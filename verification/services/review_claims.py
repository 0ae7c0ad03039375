"""Taking an application for review, and giving it back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, When

from accounts.models import User
from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.core import clock
from verification.errors import (
    ApplicationChanged,
    ClaimedByAnother,
    ClaimExpired,
    OwnApplication,
)
from verification.models import (
    Application,
    ApplicationState,
    Decision,
)
from verification.models.application import ApplicationQuerySet
from verification.pipeline.transitions import lock_application
from verification.selectors.review_queue import holds_claim

CLAIM_TIME = dt.timedelta(minutes=15)


def record_review_event(
    action: AuditAction, reviewer: User, application: Application, **details: Any
) -> None:
    record_audit_event(
        action,
        store="identity",
        actor=f"user:{reviewer.pk}",
        target=f"application:{application.pk}",
        details=details,
    )


@transaction.atomic(using="identity")
def claim_for_review(*, application: Application, reviewer: User) -> Application:
    """Claim it for 15 minutes; claiming again extends it. Others cannot see the details meanwhile.

    Raises `ApplicationChanged`, `OwnApplication` and `ClaimedByAnother`.
    """
    locked = lock_application(application.pk)
    if locked.state != ApplicationState.IN_REVIEW:
        raise ApplicationChanged
    refuse_conflict_of_interest(locked, reviewer)
    now = clock.now()
    is_claimed = locked.claimed_until is not None and locked.claimed_until > now
    if is_claimed and locked.claimed_by_id != reviewer.pk:
        raise ClaimedByAnother
    locked.claimed_by = reviewer
    locked.claimed_until = now + CLAIM_TIME
    locked.save(update_fields=["claimed_by", "claimed_until"])
    if not is_claimed:
        record_review_event(AuditAction.APPLICATION_CLAIMED, reviewer, locked)
    return locked


@transaction.atomic(using="identity")
def claim_next(
    *, reviewer: User, skipped: Collection[str] = (), after: Application | None = None
) -> Application | None:
    """Claim the oldest application that this reviewer can decide; None if there is none.

    One that the reviewer already holds comes first. Rows that another transaction has locked are
    skipped, so two reviewers never get the same one.
    """
    now = clock.now()
    is_free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now) | Q(claimed_by=reviewer)
    own_first = Case(When(claimed_by=reviewer, claimed_until__gt=now, then=0), default=1)
    excluded = [*skipped, *([after.public_id] if after else [])]
    waiting = (
        _decidable(reviewer)
        .filter(is_free)
        .exclude(public_id__in=excluded)
        .order_by(own_first, "review_since", "id")
    )
    application = waiting.select_for_update(skip_locked=True, of=("self",)).first()
    return (
        None
        if application is None
        else claim_for_review(application=application, reviewer=reviewer)
    )


def _decidable(reviewer: User) -> ApplicationQuerySet:
    """In review, open to a decision, and neither the reviewer's own nor an appeal against them."""
    current = Decision.objects.filter(application=OuterRef("pk"), undone_at__isnull=True)
    own_refusal = Decision.objects.filter(
        application=OuterRef("appeal_of"), undone_at__isnull=True, reviewer=reviewer
    )
    for_a_second = current.filter(needs_second=True, second_reviewer__isnull=True)
    return (
        Application.objects.in_review()
        .exclude(user=reviewer)
        .filter(~Exists(current) | Exists(for_a_second.exclude(reviewer=reviewer)))
        .filter(~Exists(own_refusal))
    )


@transaction.atomic(using="identity")
def release_claim(*, application: Application, reviewer: User) -> None:
    """Give the claim back."""
    locked = lock_application(application.pk)
    if locked.claimed_by_id == reviewer.pk:
        locked.claimed_by = None
        locked.claimed_until = None
        locked.save(update_fields=["claimed_by", "claimed_until"])


def refuse_conflict_of_interest(application: Application, reviewer: User) -> None:
    """Raises `OwnApplication` for the reviewer's own application or an appeal against them."""
    if application.user_id == reviewer.pk:
        raise OwnApplication
    if application.appeal_of_id is not None:
        earlier = Decision.objects.filter(
            application_id=application.appeal_of_id, undone_at__isnull=True
        )
        if earlier.filter(reviewer=reviewer).exists():
            raise OwnApplication


def lock_claimed(application: Application, reviewer: User) -> Application:
    """The application, locked, with a claim of this reviewer.

    Raises `ApplicationChanged` if it is not in review, `ClaimExpired` and `OwnApplication`.
    """
    locked = lock_application(application.pk)
    if locked.state != ApplicationState.IN_REVIEW:
        raise ApplicationChanged
    refuse_conflict_of_interest(locked, reviewer)
    if not holds_claim(locked, reviewer):
        raise ClaimExpired
    return locked


def end_claim(application: Application) -> None:
    application.claimed_by = None
    application.claimed_until = None
    application.save(update_fields=["claimed_by", "claimed_until"])
