"""Creating polls: with the case they belong to, or for the whole community."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from cases.drafts.content import DiagnosisPollContent, DraftContent
from cases.models import Case
from cases.services import hide_answers
from polls.errors import InvalidPoll, WeekAlreadyTaken
from polls.models import AnswerOption, Poll, PollKind
from polls.services.answers import AnswerInput, submit_answer
from polls.services.concepts import add_diagnosis_option
from sermo.core.coarse import to_minute
from sermo.core.errors import SentBefore
from sermo.core.quotas import POLLS
from sermo.members.models import CommunityRole
from sermo.members.services import ensure_member_row, spend_quota
from sermo.members.viewer import Viewer


@transaction.atomic
def create_case_polls(*, case: Case, viewer: Viewer, content: DraftContent) -> None:
    """Create the polls that the draft describes, in the transaction that publishes the case.

    A diagnosis without a letter or digit is refused with `InvalidDiagnosisName`.
    """
    if content.diagnosis_poll is not None:
        _create_diagnosis_poll(case, viewer, content.diagnosis_poll)
    opinion = content.opinion_poll
    if opinion is not None and opinion.options:
        poll = Poll.objects.create(
            case=case,
            kind=PollKind.OPINION,
            question=opinion.question or case.question,
            is_multiple=opinion.is_multiple,
            opened_at=case.posted_at,
        )
        _add_options(poll, opinion.options)


def _create_diagnosis_poll(case: Case, viewer: Viewer, content: DiagnosisPollContent) -> None:
    poll = Poll.objects.create(
        case=case,
        kind=PollKind.DIAGNOSIS,
        question="What is the diagnosis?",
        opened_at=case.posted_at,
    )
    hide_answers(case=case)
    for label in content.options:
        add_diagnosis_option(poll=poll, label=label, hidden_until_answer=False)
    if content.own_answer:
        # Hidden like all answers: members who have not answered must not see the author's view.
        options = [
            add_diagnosis_option(poll=poll, label=label, hidden_until_answer=True)
            for label in content.own_answer
        ]
        ranked = list(dict.fromkeys(options))
        answer = AnswerInput(ranked, confidence=content.confidence)
        submit_answer(viewer=viewer, poll=poll, answer=answer, with_the_case=True)


def open_case_polls(*, case: Case) -> None:
    """The case appears: count the wait for the first answer to its polls from now on."""
    Poll.objects.filter(case=case).update(opened_at=case.posted_at)


@transaction.atomic
def create_site_poll(*, question: str, options: Sequence[str], is_multiple: bool) -> Poll:
    """Create a community poll that no member asks and that has no end."""
    poll = Poll.objects.create(
        kind=PollKind.OPINION,
        question=question,
        is_multiple=is_multiple,
        opened_at=to_minute(timezone.now()),
    )
    _add_options(poll, options)
    return poll


@dataclass(frozen=True)
class CommunityPollInput:
    """A community poll as a member asks it. `week` is the Monday of the week, if any."""

    question: str
    options: Sequence[str]
    is_multiple: bool
    closes_at: dt.datetime
    week: dt.date | None


@transaction.atomic
def create_community_poll(
    *, viewer: Viewer, poll: CommunityPollInput, idempotency_key: UUID
) -> Poll:
    """Create a poll under the viewer's handle; a moderator can make it the question of a week.

    The same key sent twice returns the first poll; with other words it raises `SentBefore`.

    Raises `InvalidPoll` if there are fewer than two different options, `QuotaReached` after
    three polls in a day, and `WeekAlreadyTaken` if the week has a question.
    """
    if len(set(poll.options)) < 2:
        raise InvalidPoll
    sent = Poll.objects.filter(idempotency_key=idempotency_key).first()
    if sent is not None:
        return _same_or_refuse(sent, poll)
    spend_quota(viewer=viewer, quota=POLLS)
    ensure_member_row(viewer)
    is_weekly = poll.week is not None and viewer.member.role == CommunityRole.MODERATOR
    try:
        with transaction.atomic():
            created = Poll.objects.create(
                kind=PollKind.OPINION,
                question=poll.question,
                is_multiple=poll.is_multiple,
                opened_at=to_minute(timezone.now()),
                closes_at=poll.closes_at,
                asked_by=None if is_weekly else viewer.member,
                week=poll.week if is_weekly else None,
                idempotency_key=idempotency_key,
            )
    except IntegrityError:
        same = Poll.objects.filter(idempotency_key=idempotency_key).first()
        if same is None:
            raise WeekAlreadyTaken from None
        return _same_or_refuse(same, poll)
    _add_options(created, poll.options)
    return created


def _add_options(poll: Poll, labels: Sequence[str]) -> None:
    AnswerOption.objects.bulk_create(
        AnswerOption(poll=poll, label=label, position=position)
        for position, label in enumerate(dict.fromkeys(labels))
    )


def _same_or_refuse(sent: Poll, poll: CommunityPollInput) -> Poll:
    labels = set(sent.options.values_list("label", flat=True))
    if sent.question != poll.question or labels != set(poll.options):
        raise SentBefore
    return sent
