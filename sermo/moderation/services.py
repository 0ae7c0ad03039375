"""What members report and moderators decide. Each decision is logged; none names a person."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from cases.models import Case, Comment, Image
from cases.policies import said_by
from cases.services import visibility
from polls.models import Poll
from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.core.http import within_rate
from sermo.core.jobs import enqueue
from sermo.members.pseudonyms import case_scope, report_scope
from sermo.members.services import encrypt_member_id
from sermo.members.viewer import Viewer
from sermo.moderation.errors import (
    OwnItem,
    SanctionClosed,
    SanctionPending,
    SecondModeratorNeeded,
    TooManyReports,
)
from sermo.moderation.items import Item, Thing, author_item, case_of, kind_of
from sermo.moderation.models import (
    Act,
    Decision,
    Reason,
    Report,
    Sanction,
    SanctionState,
)
from sermo.notifications.models import Kind
from sermo.notifications.services import tell

_AUDIT = {
    Act.HIDE: AuditAction.POST_HIDDEN,
    Act.RESTORE: AuditAction.POST_RESTORED,
    Act.DISMISS: AuditAction.REPORT_DISMISSED,
    Act.CLOSE: AuditAction.DISCUSSION_CLOSED,
}


MOST_REPORTS_AN_HOUR = 12


@transaction.atomic
def report_item(*, viewer: Viewer, item: Thing, reason: str, note: str) -> None:
    """One report for each member and item; a later one adds its words to the first.

    A patient who could be identified hides the item at once and tells its author why. Once a
    moderator has decided that the item stays, the same report asks again but hides nothing.
    Raises `TooManyReports`.
    """
    reporter = viewer.pseudonym(report_scope(item.pk))
    mine = Report.objects.filter(target_id=item.pk, reporter=reporter)
    if mine.exists():
        _add_words(mine, reason, note)
    else:
        _refuse_many(viewer)
        _keep_report(item, reporter, reason, note)
    if reason == Reason.PATIENT and not _was_cleared(item) and _hide(item):
        _log(item=item, act=Act.HIDE, reason=reason, note="", moderator=None, key=None)
        _tell_author(item)


def _refuse_many(viewer: Viewer) -> None:
    """Counted under a tag of its own: the counter names nobody."""
    who = viewer.pseudonym("report-rate").hex()
    if not within_rate("report", who, limit=MOST_REPORTS_AN_HOUR, seconds=3600):
        raise TooManyReports


def _add_words(mine: QuerySet[Report], reason: str, note: str) -> None:
    if note:
        mine.update(note=note)
    if reason == Reason.PATIENT:  # the graver of two reasons stands
        mine.exclude(reason=reason).update(reason=reason)


def _keep_report(item: Thing, reporter: bytes, reason: str, note: str) -> None:
    report = Report(
        target_kind=kind_of(item),
        target_id=item.pk,
        reason=reason,
        note=note,
        reporter=reporter,
        reported_at=timezone.now().replace(minute=0, second=0, microsecond=0),
    )
    Report.objects.bulk_create([report], ignore_conflicts=True)


def _was_cleared(item: Thing) -> bool:
    """Whether a moderator has looked and left it: one report cannot take it away again."""
    kept = Decision.objects.filter(target_id=item.pk, act__in=[Act.RESTORE, Act.DISMISS])
    return kept.filter(moderator__isnull=False).exists()


def _tell_author(item: Thing) -> None:
    """In the inbox of who answers for a case or its picture; the page itself says what follows."""
    case = case_of(item)
    if case is None or isinstance(item, Comment):
        return
    tell(
        subject=case.pk,
        kind=Kind.MODERATION,
        path=case.get_absolute_url(),
        happened_at=timezone.now().replace(minute=0, second=0, microsecond=0),
        addressee=said_by(case),
    )


@transaction.atomic
def decide(
    *, moderator: Viewer, item: Thing, act: Act, reason: str, note: str, idempotency_key: UUID
) -> None:
    """Hide, restore, dismiss or close, once for each form sent; resolves the item's reports."""
    _refuse_own(moderator, item)
    if Decision.objects.filter(idempotency_key=idempotency_key).exists():
        return
    case = case_of(item)
    changed = False
    if act == Act.HIDE:
        changed = _hide(item)
    elif act == Act.RESTORE:
        changed = _restore(item)
    elif act == Act.CLOSE and case is not None:
        visibility.close_discussion(case=case)
    Report.objects.filter(target_id=item.pk, resolved_at__isnull=True).update(
        resolved_at=timezone.now()
    )
    _log(item=item, act=act, reason=reason, note=note, moderator=moderator, key=idempotency_key)
    if changed:
        _tell_author(item)


@transaction.atomic
def ask_suspension(*, moderator: Viewer, item: Item, reason: str, note: str) -> Sanction:
    """Suspend the author. A named one at once; an anonymous one when a second moderator agrees.

    The capsule goes to the sealed worker, which alone can open it. Raises `SanctionPending`.
    """
    _refuse_own(moderator, item)
    named = item.author_id is not None
    capsule = encrypt_member_id(item.author_id) if item.author_id else item.encrypted_member_id
    try:
        with transaction.atomic():
            sanction = Sanction.objects.create(
                target_kind=kind_of(item),
                target_id=item.pk,
                capsule=capsule,
                reason=reason,
                note=note,
                state=SanctionState.CONFIRMED if named else SanctionState.ASKED,
                asked_by=moderator.member,
                asked_at=timezone.now().replace(minute=0, second=0, microsecond=0),
            )
    except IntegrityError:
        raise SanctionPending from None
    record_audit_event(
        AuditAction.SANCTION_REQUESTED,
        store="community",
        actor=f"member:{moderator.member.pk}",
        target=f"sanction:{sanction.pk}",
        reason=reason,
    )
    if named:
        enqueue("sealed.suspend", str(sanction.pk))
    return sanction


@transaction.atomic
def answer_sanction(*, moderator: Viewer, sanction: Sanction, agrees: bool) -> None:
    """The second moderator's word. Raises `SecondModeratorNeeded`, `SanctionClosed`."""
    sanction = Sanction.objects.select_for_update().get(pk=sanction.pk)
    if sanction.asked_by_id == moderator.member.pk:
        raise SecondModeratorNeeded
    state = SanctionState.CONFIRMED if agrees else SanctionState.REFUSED
    if sanction.state != SanctionState.ASKED:
        if sanction.confirmed_by_id == moderator.member.pk and sanction.state in {
            state,
            SanctionState.DONE,
        }:
            return
        raise SanctionClosed
    sanction.state = state
    sanction.confirmed_by = moderator.member
    sanction.save(update_fields=["state", "confirmed_by"])
    record_audit_event(
        AuditAction.SANCTION_CONFIRMED if agrees else AuditAction.SANCTION_REFUSED,
        store="community",
        actor=f"member:{moderator.member.pk}",
        target=f"sanction:{sanction.pk}",
        reason=sanction.reason,
    )
    if agrees:
        enqueue("sealed.suspend", str(sanction.pk))


def _refuse_own(moderator: Viewer, item: Thing) -> None:
    answers = author_item(item)
    if answers is None:
        if isinstance(item, Poll) and item.asked_by_id == moderator.member.pk:
            raise OwnItem
        return
    case = case_of(answers)
    own_tag = moderator.pseudonym(case_scope(case.pk)) if case else b""
    if answers.author_id == moderator.member.pk or answers.pseudonym == own_tag:
        raise OwnItem


def _hide(item: Thing) -> bool:
    if isinstance(item, Case):
        return visibility.hide_case(case=item)
    if isinstance(item, Comment):
        return visibility.hide_comment(comment=item)
    if isinstance(item, Image):
        return visibility.hide_picture(image=item)
    return bool(
        Poll.objects.filter(pk=item.pk, hidden_at__isnull=True).update(hidden_at=timezone.now())
    )


def _restore(item: Thing) -> bool:
    if isinstance(item, Case):
        return visibility.restore_case(case=item)
    if isinstance(item, Comment):
        return visibility.restore_comment(comment=item)
    if isinstance(item, Image):
        return visibility.restore_picture(image=item)
    return bool(Poll.objects.filter(pk=item.pk, hidden_at__isnull=False).update(hidden_at=None))


def _log(
    *, item: Thing, act: Act, reason: str, note: str, moderator: Viewer | None, key: UUID | None
) -> None:
    decision = Decision(
        target_kind=kind_of(item),
        target_id=item.pk,
        act=act,
        reason=reason,
        note=note,
        moderator=moderator.member if moderator else None,
        decided_at=timezone.now().replace(second=0, microsecond=0),
    )
    if key:
        decision.idempotency_key = key
    decision.save(force_insert=True)
    record_audit_event(
        _AUDIT[act],
        store="community",
        actor=f"member:{moderator.member.pk}" if moderator else "system",
        target=f"{kind_of(item)}:{item.pk}",
        reason=reason,
    )
