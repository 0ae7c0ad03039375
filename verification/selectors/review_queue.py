"""The queue of applications in review. It shows no names."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import Q

from accounts.models import User
from sermo.core import clock, countries, specialties
from verification.models import (
    Application,
    Decision,
)
from verification.models.decision import UNDO_WINDOW
from verification.policy.reasons import REASON_LABELS, Reason
from verification.selectors.waiting_times import duration_in_words, is_escalated, is_late


def holds_claim(application: Application, reviewer: User) -> bool:
    """Whether the reviewer holds an unexpired claim."""
    until = application.claimed_until
    return application.claimed_by_id == reviewer.pk and until is not None and until > clock.now()


def current_decision(application: Application) -> Decision | None:
    """The decision that was not undone; None without one."""
    return Decision.objects.filter(application=application, undone_at__isnull=True).first()


@dataclass(frozen=True)
class QueueRow:
    """One application in the queue, without names."""

    application: Application
    reasons: list[str]
    waiting_time: str
    is_late: bool
    is_escalated: bool
    is_mine: bool
    is_taken: bool
    decision: Decision | None
    needs_second: bool

    @property
    def country(self) -> str:
        return countries.NAMES.get(self.application.country, self.application.country)

    @property
    def specialty(self) -> str:
        return specialties.name(self.application.specialty)


def review_queue(reviewer_id: uuid.UUID, *, limit: int = 50) -> list[QueueRow]:
    """The oldest first. Decisions that are not in effect yet are included, so that they can be
    undone.
    """
    now = clock.now()
    in_review = Application.objects.in_review().exclude(user_id=reviewer_id)
    applications = list(in_review.order_by("review_since")[:limit])
    decisions = {
        decision.application_id: decision
        for decision in Decision.objects.filter(
            application__in=applications, undone_at__isnull=True
        )
    }
    return [_queued(a, decisions.get(a.pk), reviewer_id, now) for a in applications]


def _queued(
    application: Application, decision: Decision | None, reviewer_id: uuid.UUID, now: dt.datetime
) -> QueueRow:
    since = application.review_since or now
    is_claimed = application.claimed_until is not None and application.claimed_until > now
    return QueueRow(
        application=application,
        reasons=reason_labels(application.reasons),
        waiting_time=duration_in_words(int((now - since).total_seconds() // 60)),
        is_late=is_late(since, now),
        is_escalated=is_escalated(since, now),
        is_mine=is_claimed and application.claimed_by_id == reviewer_id,
        is_taken=is_claimed and application.claimed_by_id != reviewer_id,
        decision=decision,
        needs_second=decision is not None
        and decision.needs_second
        and decision.second_reviewer_id is None
        and decision.reviewer_id != reviewer_id,
    )


def undoable_decision(reviewer_id: uuid.UUID) -> Decision | None:
    """The reviewer's newest decision that can still be undone; None if there is none."""
    now = clock.now()
    own = Decision.objects.filter(undone_at__isnull=True, applied_at__isnull=True).filter(
        Q(reviewer=reviewer_id, second_reviewer__isnull=True) | Q(second_reviewer=reviewer_id)
    )
    undoable = own.filter(effective_at__gt=now) | own.filter(
        effective_at__isnull=True, decided_at__gt=now - UNDO_WINDOW
    )
    return undoable.select_related("application").order_by("-decided_at").first()


def count_waiting() -> int:
    return Application.objects.in_review().filter(decisions__isnull=True).count()


def reason_labels(codes: list[str]) -> list[str]:
    return [REASON_LABELS[Reason(code)] for code in codes if code in set(Reason)]
