"""Reports of patient details: words or a picture are hidden until somebody acts.

One report hides what it marks. A second member's report, or a moderator, hides the whole post. The
reporter can withdraw, the author can correct, a moderator can show it again
(docs/decisions/0032-reports-hide-words.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from cases.models import Image
from cases.services import visibility
from sermo.core.coarse import to_hour
from sermo.core.quotas import REPORTS
from sermo.members.pseudonyms import report_scope
from sermo.members.services import spend_quota
from sermo.members.viewer import Viewer
from sermo.moderation import policies
from sermo.moderation.errors import (
    NewWordsTooLong,
    OwnPostReported,
    ReportAlreadyActedOn,
    TooMuchMarked,
    WordsNotInPost,
    WordsRemain,
)
from sermo.moderation.models import CoverState, DecisionKind, Report, ReportReason
from sermo.moderation.selectors.reporters import covers_left, reporter_week
from sermo.moderation.selectors.targets import ReportTarget, is_own_post, target_kind
from sermo.moderation.selectors.texts import readable_texts
from sermo.moderation.services import hidden_words, reporters
from sermo.moderation.services.effects import (
    hide_target,
    notify_author,
    notify_author_of_cover,
    record_decision,
)

# The words or the picture are hidden now, or the whole post is.
HIDING = (CoverState.COVERED, CoverState.TAKEN_DOWN)


@dataclass(frozen=True)
class MarkedDetails:
    """What a member saw, and where: passages of the text, or areas of the picture."""

    details: str
    passages: list[str] = field(default_factory=list)
    areas: list[int] = field(default_factory=list)
    note: str = ""


@transaction.atomic
def report_patient_details(*, viewer: Viewer, item: ReportTarget, marked: MarkedDetails) -> Report:
    """Report what can identify a patient, and hide it if the member's reports still hide anything.

    The member's open report of this post is extended, so sending twice changes nothing. Otherwise
    the report waits for a moderator and hides nothing: after three that hid something in a day (one
    in the first week), if a moderator stopped the member, or if a moderator kept the same words.
    Raises `OwnPostReported`, `WordsNotInPost`, `TooMuchMarked`, and `QuotaReached` after many
    attempts.
    """
    if is_own_post(viewer, item):
        raise OwnPostReported
    spend_quota(viewer=viewer, quota=REPORTS)
    reporters.lock_reporter(viewer)
    hidden_words.lock_post(item)
    _refuse_unmarked(viewer, item, marked)
    report = _open_report(viewer, item) or _new_report(viewer, item)
    _extend(report, marked)
    kept = _kept_by_moderator(item)
    report.passages = [one for one in report.passages if one.casefold() not in kept]
    is_kept = bool(kept) and not report.passages
    report.passages = report.passages or marked.passages
    _refuse_too_much(viewer, item, report)
    report.save()
    if report.cover in HIDING:
        _hide_marked(item)
    elif report.cover == CoverState.NONE and not is_kept and covers_left(viewer):
        _cover(item, report)
    return report


@transaction.atomic
def withdraw_report(*, viewer: Viewer, item: ReportTarget) -> None:
    """Undo the viewer's open report of patient details. Does nothing if there is none.

    Raises `ReportAlreadyActedOn` after a second report or the author's correction.
    """
    hidden_words.lock_post(item)
    report = _open_report(viewer, item)
    if report is None:
        return
    if report.cover not in {CoverState.NONE, CoverState.COVERED}:
        raise ReportAlreadyActedOn
    was_covered = report.cover == CoverState.COVERED
    report.cover, report.resolved_at = CoverState.WITHDRAWN, to_hour(timezone.now())
    report.save(update_fields=["cover", "resolved_at"])
    if was_covered:
        show_marked(item)
        _log(item, DecisionKind.WITHDRAW)


@transaction.atomic
def correct_words(*, viewer: Viewer, item: ReportTarget, replacements: Mapping[str, str]) -> bool:
    """The author replaces the reported words; False if nothing is hidden any more.

    The new text is shown at once, unless the whole post is hidden: then a moderator looks first.
    Raises `WordsRemain` if a reported passage occurs in the new text, `NewWordsTooLong`.
    """
    hidden_words.lock_post(item)
    reports = list(_hiding_reports(item))
    if not reports or not is_own_post(viewer, item) or isinstance(item, Image):
        return False
    passages = {passage for report in reports for passage in report.passages}
    chosen = {passage: replacements.get(passage, "") for passage in passages}
    if hidden_words.has_too_long_text(hidden_words.mended_texts(item, chosen)):
        raise NewWordsTooLong
    if hidden_words.keeps_passages(item, chosen):
        raise WordsRemain
    hidden_words.replace_words(item, chosen)
    _mend(item, reports)
    return True


@transaction.atomic
def remove_picture(*, viewer: Viewer, item: Image) -> bool:
    """The author deletes a reported picture; False if it is not hidden any more."""
    hidden_words.lock_post(item)
    reports = list(_hiding_reports(item))
    if not reports or not is_own_post(viewer, item):
        return False
    _mend(item, reports, is_done=True)
    return visibility.delete_published_image(image=item)


def show_marked(item: ReportTarget) -> None:
    """Show the words or the picture again; the caller holds the lock of the post."""
    if isinstance(item, Image):
        visibility.uncover_image(image=item)
    hidden_words.show_words(item)


def _refuse_unmarked(viewer: Viewer, item: ReportTarget, marked: MarkedDetails) -> None:
    """Raises `WordsNotInPost` unless words of the text are marked. A picture is meant whole."""
    if isinstance(item, Image):
        return
    if not marked.passages:
        raise WordsNotInPost
    if policies.missing_passages(marked.passages, readable_texts(viewer, item)):
        raise WordsNotInPost


def _refuse_too_much(viewer: Viewer, item: ReportTarget, report: Report) -> None:
    """Raises `TooMuchMarked`: the report as it grows, in what the member can read.

    Texts that they cannot read are not counted, because the refusal would tell what stands there.
    """
    if not isinstance(item, Image) and (
        len(report.passages) > policies.MAX_PASSAGES
        or policies.hides_too_much(report.passages, readable_texts(viewer, item))
    ):
        raise TooMuchMarked


def _open_report(viewer: Viewer, item: ReportTarget) -> Report | None:
    own = Report.objects.filter(
        target_id=item.pk,
        reporter=viewer.pseudonym(report_scope(item.pk)),
        reason=ReportReason.PATIENT,
        resolved_at__isnull=True,
    )
    return own.first()


def _new_report(viewer: Viewer, item: ReportTarget) -> Report:
    return Report(
        target_kind=target_kind(item),
        target_id=item.pk,
        reason=ReportReason.PATIENT,
        reporter=viewer.pseudonym(report_scope(item.pk)),
        reporter_week=reporter_week(viewer),
        reported_at=to_hour(timezone.now()),
    )


def _extend(report: Report, marked: MarkedDetails) -> None:
    known = {passage.casefold() for passage in report.passages}
    new = [passage for passage in marked.passages if passage.casefold() not in known]
    report.passages = report.passages + new
    report.areas = sorted({*report.areas, *marked.areas})
    report.details = marked.details
    if marked.note and marked.note not in report.note:
        report.note = f"{report.note}\n{marked.note}".strip()[:1000]


def _kept_by_moderator(item: ReportTarget) -> set[str]:
    """What a moderator showed again: passages in small letters, or "" for a picture."""
    restored = Report.objects.filter(target_id=item.pk, cover=CoverState.RESTORED)
    if isinstance(item, Image):
        return {""} if restored.exists() else set()
    return {
        passage.casefold()
        for passages in restored.values_list("passages", flat=True)
        for passage in passages
    }


def _cover(item: ReportTarget, report: Report) -> None:
    """Hide what is marked, or the whole post if another member's report hides some of it."""
    item.refresh_from_db()
    if item.hidden_at is not None:
        return
    is_second = _hiding_reports(item).exists()
    report.cover = CoverState.COVERED
    report.covered_on = timezone.localdate()
    report.save(update_fields=["cover", "covered_on"])
    _hide_marked(item)
    if is_second:
        take_down(item)
        _log(item, DecisionKind.TAKE_DOWN)
        notify_author(item)
    else:
        _log(item, DecisionKind.COVER)
        notify_author_of_cover(item)


def take_down(item: ReportTarget) -> bool:
    """Hide the whole post; the caller holds its lock. False if it was hidden."""
    Report.objects.filter(target_id=item.pk, cover=CoverState.COVERED).update(
        cover=CoverState.TAKEN_DOWN
    )
    return hide_target(item)


def _hide_marked(item: ReportTarget) -> None:
    if isinstance(item, Image):
        visibility.cover_image(image=item)
        return
    rows = _hiding_reports(item).values_list("passages", flat=True)
    hidden_words.hide_words(item, {passage for passages in rows for passage in passages})


def _hiding_reports(item: ReportTarget) -> QuerySet[Report]:
    return Report.objects.filter(target_id=item.pk, cover__in=HIDING, resolved_at__isnull=True)


def _mend(item: ReportTarget, reports: list[Report], *, is_done: bool = False) -> None:
    """What was reported is gone, so the reports no longer hold it either.

    A post that is hidden as a whole stays in the moderators' queue, unless it `is_done`.
    """
    for report in reports:
        if report.cover == CoverState.COVERED or is_done:
            report.resolved_at = to_hour(timezone.now())
        report.cover, report.passages = CoverState.MENDED, []
        report.save(update_fields=["cover", "passages", "resolved_at"])
    _log(item, DecisionKind.MEND)


def _log(item: ReportTarget, kind: DecisionKind) -> None:
    record_decision(
        item=item, kind=kind, reason=ReportReason.PATIENT, note="", moderator=None, key=None
    )
