"""Tests that would change an answer, and their results."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from cases.models import Comment
from cases.services.comments import add_update
from polls.errors import UnknownOption
from polls.models import Answer, AnswerOption, ConditionalChange, DecisiveTest
from polls.vocabulary.folding import fold
from sermo.members.viewer import Viewer

MAX_TEXT_LENGTH = 200


def record_conditional_change(*, answer: Answer, text: str, to_option: AnswerOption | None) -> None:
    """Store which test would change the answer, and to which option. Equal spellings are one test.

    Must run in the transaction that writes the answer. Raises `UnknownOption` if the option belongs
    to another poll.
    """
    ConditionalChange.objects.filter(answer=answer).delete()
    folded = fold(text)[:MAX_TEXT_LENGTH]
    if not folded:
        return
    if to_option is not None and to_option.poll_id != answer.poll_id:
        raise UnknownOption
    words = " ".join(text.split())[:MAX_TEXT_LENGTH]
    test, _ = DecisiveTest.objects.get_or_create(
        poll_id=answer.poll_id, folded=folded, defaults={"text": words}
    )
    ConditionalChange.objects.create(answer=answer, decisive_test=test, to_option=to_option)


@transaction.atomic
def report_test_result(
    *, viewer: Viewer, decisive_test: DecisiveTest, text: str, idempotency_key: UUID
) -> Comment:
    """Publish the result as an update of the case, and return it.

    A test that belongs to no case is refused with `UnknownOption`. Otherwise the rules of
    `add_update` apply, which refuse all members but the author.
    """
    case = decisive_test.poll.case
    if case is None:
        raise UnknownOption
    update = add_update(
        viewer=viewer,
        case=case,
        text=f"{decisive_test.text}: {text}",
        idempotency_key=idempotency_key,
    )
    unreported = DecisiveTest.objects.filter(pk=decisive_test.pk, reported_at__isnull=True)
    unreported.update(reported_at=update.posted_at)
    return update
