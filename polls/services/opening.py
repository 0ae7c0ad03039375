"""Opening polls: with the case they belong to, or in the community."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from cases.models import Case
from cases.services import hide_answers, reveal_answers
from polls.errors import NotAQuestion, TooManyPolls, WeekTaken
from polls.models import Option, Poll, PollKind
from polls.services.concepts import resolve_concept
from polls.services.voting import cast_vote
from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.core.http import within_rate
from sermo.members.models import CommunityRole
from sermo.members.viewer import Viewer

POLLS_A_DAY = 3


@transaction.atomic
def open_for_case(*, case: Case, viewer: Viewer, payload: dict[str, Any]) -> None:
    """The polls a draft asks for, opened in the transaction that publishes it.

    `payload["diagnosis"]`: options, own_guess, confidence. `payload["opinion"]`: question,
    options, multiple. Either may be missing.
    """
    diagnosis, opinion = payload.get("diagnosis"), payload.get("opinion")
    if diagnosis is not None:
        _open_diagnosis(case, viewer, diagnosis)
    if opinion and opinion.get("options"):
        poll = Poll.objects.create(
            case=case,
            kind=PollKind.OPINION,
            question=opinion.get("question") or case.question,
            is_multiple=bool(opinion.get("multiple")),
            opened_at=case.posted_at,
        )
        _add_labels(poll, opinion["options"])


def _open_diagnosis(case: Case, viewer: Viewer, diagnosis: dict[str, Any]) -> None:
    poll = Poll.objects.create(
        case=case,
        kind=PollKind.DIAGNOSIS,
        question="What is the diagnosis?",
        opened_at=case.posted_at,
    )
    hide_answers(case=case)
    for label in diagnosis.get("options") or ():
        _diagnosis_option(poll, label, is_sealed=False)
    guesses = diagnosis.get("own_guess") or ()
    if guesses:
        # Sealed like everybody's: what the author thinks must not show to who has not answered.
        options = [_diagnosis_option(poll, label, is_sealed=True) for label in guesses]
        cast_vote(
            viewer=viewer,
            poll=poll,
            ranked=list(dict.fromkeys(options)),
            confidence=diagnosis.get("confidence"),
        )


@transaction.atomic
def decline_guess(*, viewer: Viewer, case: Case) -> None:
    """The author would rather see than guess; harmless twice."""
    reveal_answers(viewer=viewer, case=case, skipped_answer=True)


@transaction.atomic
def open_community_poll(*, question: str, options: Sequence[str], is_multiple: bool) -> Poll:
    """A question to the whole community, outside any case."""
    poll = Poll.objects.create(
        kind=PollKind.OPINION,
        question=question,
        is_multiple=is_multiple,
        opened_at=timezone.now().replace(second=0, microsecond=0),
    )
    _add_labels(poll, options)
    return poll


@transaction.atomic
def ask_community(
    *,
    viewer: Viewer,
    question: str,
    options: Sequence[str],
    is_multiple: bool,
    closes_at: dt.datetime,
    week: dt.date | None,
    idempotency_key: UUID,
) -> Poll:
    """A member's question under the handle, or a moderator's for a week; sent twice it is one.

    Raises `TooOften`, `NotAQuestion`, `WeekTaken`.
    """
    if len(set(options)) < 2:
        raise NotAQuestion
    sent = Poll.objects.filter(idempotency_key=idempotency_key).first()
    if sent is not None:
        return sent
    if not within_rate("poll", str(viewer.member.pk), limit=POLLS_A_DAY, seconds=86_400):
        raise TooManyPolls
    is_weekly = week is not None and viewer.member.role == CommunityRole.MODERATOR
    try:
        with transaction.atomic():
            poll = Poll.objects.create(
                kind=PollKind.OPINION,
                question=question,
                is_multiple=is_multiple,
                opened_at=timezone.now().replace(second=0, microsecond=0),
                closes_at=closes_at,
                asked_by=None if is_weekly else viewer.member,
                week=week if is_weekly else None,
                idempotency_key=idempotency_key,
            )
    except IntegrityError:
        twin = Poll.objects.filter(idempotency_key=idempotency_key).first()
        if twin is None:
            raise WeekTaken from None
        return twin
    _add_labels(poll, options)
    return poll


@transaction.atomic
def hide_poll(*, moderator: Viewer, poll: Poll) -> None:
    """Nobody but its ballots' givers had part in it; it is gone from every page. Twice is once."""
    hidden = Poll.objects.filter(pk=poll.pk, hidden_at__isnull=True)
    if hidden.update(hidden_at=timezone.now()):
        record_audit_event(
            AuditAction.POST_HIDDEN,
            store="community",
            actor=f"member:{moderator.member.pk}",
            target=f"poll:{poll.pk}",
        )


def _add_labels(poll: Poll, labels: Sequence[str]) -> None:
    Option.objects.bulk_create(
        Option(poll=poll, label=label, position=position)
        for position, label in enumerate(dict.fromkeys(labels))
    )


def _diagnosis_option(poll: Poll, label: str, *, is_sealed: bool) -> Option:
    concept = resolve_concept(label=label)
    option, _ = Option.objects.get_or_create(
        poll=poll,
        concept=concept,
        defaults={
            "label": concept.name,
            "position": poll.options.count(),
            "is_sealed": is_sealed,
        },
    )
    return option
