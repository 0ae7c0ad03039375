"""What a report hides, for its reporter and for the author of the post."""

from __future__ import annotations

from dataclasses import dataclass

from sermo.members.pseudonyms import report_scope
from sermo.members.viewer import Viewer
from sermo.moderation import policies
from sermo.moderation.models import CoverState, Report, ReportReason
from sermo.moderation.selectors.targets import ReportTarget
from sermo.moderation.selectors.texts import original_texts

_CONTEXT_LENGTH = 60


@dataclass(frozen=True)
class MarkedPassage:
    """Reported words with the text around their first place."""

    words: str
    before: str
    after: str


def own_report(viewer: Viewer, item: ReportTarget) -> Report | None:
    """The viewer's open report of patient details in this post."""
    own = Report.objects.filter(
        target_id=item.pk,
        reporter=viewer.pseudonym(report_scope(item.pk)),
        reason=ReportReason.PATIENT,
        resolved_at__isnull=True,
    )
    return own.first()


def hiding_reports(item: ReportTarget) -> list[Report]:
    """The open reports that hide something of the post, oldest first."""
    hiding = Report.objects.filter(
        target_id=item.pk,
        cover__in=[CoverState.COVERED, CoverState.TAKEN_DOWN],
        resolved_at__isnull=True,
    )
    return list(hiding)


def is_covered(item: ReportTarget) -> bool:
    """Whether a report hides something of the post, also after a moderator hid all of it."""
    hiding = [CoverState.COVERED, CoverState.TAKEN_DOWN]
    return Report.objects.filter(target_id=item.pk, cover__in=hiding).exists()


def marked_passages(item: ReportTarget, reports: list[Report]) -> list[MarkedPassage]:
    """Every reported passage once, with its context; two statements."""
    passages = dict.fromkeys(words for report in reports for words in report.passages)
    parts = [part for text in original_texts(item) for part in text.parts]
    return [_in_context(words, parts) for words in passages]


def _in_context(words: str, parts: list[str]) -> MarkedPassage:
    pattern = policies.pattern_of([words])
    for part in map(policies.normal_form, parts):
        if match := pattern.search(part):
            start, end = match.span()
            before = part[max(0, start - _CONTEXT_LENGTH) : start]
            after = part[end : end + _CONTEXT_LENGTH]
            return MarkedPassage(
                words,
                before if start <= _CONTEXT_LENGTH else f"…{before}",
                after if end + _CONTEXT_LENGTH >= len(part) else f"{after}…",
            )
    return MarkedPassage(words, "", "")
