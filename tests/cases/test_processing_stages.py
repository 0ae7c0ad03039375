"""An author sees what the worker is at, while it is at it."""

from __future__ import annotations

from typing import Any

import pytest

from cases.deid.results import RedactedFrames
from cases.imaging import worker
from cases.imaging.processing_stages import ProcessingStage, processing_stages
from cases.imaging.redactions import redactions_from_json
from cases.models import Image, ImageState
from cases.services import images as services
from sermo.members.viewer import Viewer
from tests.cases.test_frames import three_pages
from tests.factories_cases import make_draft, make_image

pytestmark = pytest.mark.django_db(databases=["default", "identity"])


def _seen(image: Image) -> dict[str, str]:
    """Each stage that is done or under way, and the note of the latter."""
    return {
        str(stage.label): _word(stage)
        for stage in processing_stages(image)
        if stage.is_done or stage.is_now
    }


def _word(stage: ProcessingStage) -> str:
    return "done" if stage.is_done else f"now {stage.note}".strip()


def test_the_worker_reports_each_frame(osler: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    image = make_image(osler, make_draft(osler), three_pages())
    reports, report = list[dict[str, str]](), worker.report_progress

    def listen(*args: Any) -> None:
        report(*args)
        reports.append(_seen(Image.objects.get(pk=image.pk)))

    monkeypatch.setattr(worker, "report_progress", listen)

    worker.process(image.pk)
    looking, reports[:] = list(reports), []
    image.refresh_from_db()
    services.confirm_image(image=image, redactions=redactions_from_json(image.suggested_redactions))
    worker.process(image.pk)

    assert [stage["Faces looked for"] for stage in looking] == [
        "now 0 of 3 frames",
        "now 1 of 3 frames",
        "now 2 of 3 frames",
    ]
    assert all(stage["Decoded"] == stage["Metadata gone"] == "done" for stage in looking)
    assert all("Boxes proposed" not in stage for stage in looking)
    assert [(stage["Blacked out"], stage["Looked at again"]) for stage in reports] == [
        ("done", "now 0 of 3 frames"),
        ("done", "now 1 of 3 frames"),
        ("done", "now 2 of 3 frames"),
    ]


@pytest.mark.parametrize(
    ("state", "looked", "now"),
    [
        (ImageState.RECEIVED, None, []),
        (ImageState.PROCESSING, None, ["Decoded", "Metadata gone"]),
        (ImageState.PROCESSING, 0, ["Text looked for", "Faces looked for"]),
        (ImageState.AWAITING_REVIEW, 1, ["Your look"]),
        (ImageState.CONFIRMED, None, ["Blacked out"]),
        (ImageState.CONFIRMED, 0, ["Looked at again"]),
        (ImageState.READY, 1, []),
    ],
)
def test_the_current_stage_follows_the_row(
    state: ImageState, looked: int | None, now: list[str]
) -> None:
    image = Image(state=state, frames_inspected=looked)

    assert [str(stage.label) for stage in processing_stages(image) if stage.is_now] == now


def test_a_worker_without_the_lease_reports_nothing(osler: Viewer) -> None:
    image = make_image(osler, make_draft(osler), three_pages())
    claimed = worker.claim(image.pk)
    assert claimed is not None
    Image.objects.filter(pk=image.pk).update(state=ImageState.REFUSED, lease_until=None)

    worker.report_progress(claimed, RedactedFrames((), ()), 2)

    image.refresh_from_db()
    assert image.frames_inspected is None
