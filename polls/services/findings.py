"""What would change somebody's mind, what the author found out, and what could harm."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases.models import CommentKind
from cases.services import add_comment
from cases.services.comments import add_update
from polls.errors import NotAnOption
from polls.folding import fold
from polls.models import Ballot, Finding, HarmFlag, MindChange, Option
from sermo.members.viewer import Viewer


def note_mind_change(*, ballot: Ballot, text: str, to_option: Option | None) -> None:
    """Keep with the ballot what its giver would like to know; one spelling is one finding.

    In the transaction that writes the ballot. Raises `NotAnOption`.
    """
    MindChange.objects.filter(ballot=ballot).delete()
    folded = fold(text)[:200]
    if not folded:
        return
    if to_option is not None and to_option.poll_id != ballot.poll_id:
        raise NotAnOption
    words = " ".join(text.split())[:200]
    finding, _ = Finding.objects.get_or_create(
        poll_id=ballot.poll_id, folded=folded, defaults={"text": words}
    )
    MindChange.objects.create(ballot=ballot, finding=finding, to_option=to_option)


@transaction.atomic
def tell_finding(*, viewer: Viewer, finding: Finding, text: str, idempotency_key: UUID) -> None:
    """The author's answer, as an update of the case. Raises `NotTheAuthor`."""
    case = finding.poll.case
    if case is None:
        raise NotAnOption
    add_update(
        viewer=viewer,
        case=case,
        text=f"{finding.text}: {text}",
        idempotency_key=idempotency_key,
    )
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    Finding.objects.filter(pk=finding.pk, told_at__isnull=True).update(told_at=hour)


@transaction.atomic
def flag_harm(
    *,
    viewer: Viewer,
    option: Option | None = None,
    finding: Finding | None = None,
    text: str,
    shown_as: str,
    idempotency_key: UUID,
) -> HarmFlag:
    """Warn of a suggestion, in a comment that is sealed as answers are; sent twice it is one."""
    target = option or finding
    case = target.poll.case if target is not None else None
    if case is None:
        raise NotAnOption
    comment = add_comment(
        viewer=viewer,
        case=case,
        text=text,
        shown_as=shown_as,
        kind=CommentKind.RISK,
        hidden_until_answer=True,
        idempotency_key=idempotency_key,
    )
    flag, _ = HarmFlag.objects.get_or_create(
        comment=comment, defaults={"option": option, "finding": finding}
    )
    return flag
