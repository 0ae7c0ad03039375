"""Short forms of reports for the tests of moderation."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import F

from cases.models import Case, CaseStats, Image, ImageState
from sermo.members.viewer import Viewer
from sermo.moderation.models import DecisionKind, Report
from sermo.moderation.selectors.targets import ReportTarget
from sermo.moderation.services import covers, decisions
from sermo.moderation.services.covers import MarkedDetails


def report_words(viewer: Viewer, item: ReportTarget, *words: str) -> Report:
    """A report of patient details that marks these words; none for a picture."""
    marked = MarkedDetails(details="name", passages=list(words))
    return covers.report_patient_details(viewer=viewer, item=item, marked=marked)


def decide(
    moderator: Viewer, item: ReportTarget, kind: DecisionKind, key: uuid.UUID | None = None
) -> None:
    decisions.decide(
        moderator=moderator,
        item=item,
        kind=kind,
        reason="other",
        note="",
        idempotency_key=key or uuid.uuid4(),
    )


def make_picture(case: Case, **values: Any) -> Image:
    """A published picture with one rendition, without a file."""
    image = Image.objects.create(
        case=case,
        state=ImageState.READY,
        received_at=case.posted_at,
        width=480,
        height=320,
        renditions={"480": [uuid.uuid4().hex, 480, 320]},
        **values,
    )
    CaseStats.objects.filter(case=case).update(n_images=F("n_images") + 1)
    return image
