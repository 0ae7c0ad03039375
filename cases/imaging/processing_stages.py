"""The processing stages of a picture, as its author sees them.

See docs/design/deidentification.md, stages.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from cases.models import Image, ImageState, ModerationStatus, SensorNoise


@dataclass(frozen=True)
class ProcessingStage:
    """One stage: done, happening now, or still to come. `note` is the progress or the result."""

    label: str | Promise
    is_done: bool = False
    is_now: bool = False
    note: str = ""


_INSPECTION = (
    _("Decoded"),
    _("Metadata gone"),
    _("Text looked for"),
    _("Faces looked for"),
    _("Boxes proposed"),
)
# The first stages of the inspection are done once the file is decoded. Then text and faces are
# detected at the same time.
_N_DECODING = 2
_REDACTION = (_("Blacked out"), _("Looked at again"))
_REVIEWED_STATES = {ImageState.CONFIRMED, ImageState.READY}


def processing_stages(image: Image) -> list[ProcessingStage]:
    """All stages from upload to publication, as far as the worker has reported them."""
    state = image.state
    received = ProcessingStage(_("Received"), is_done=True)
    if state == ImageState.REFUSED:
        return [received, *(_inspection(image) if image.working else [])]
    is_awaiting_review = state == ImageState.AWAITING_REVIEW
    return [
        received,
        *_inspection(image),
        ProcessingStage(_("Your look"), state in _REVIEWED_STATES, is_awaiting_review),
        *_redaction(image),
        *_moderation(image),
        *_noise_removal(image),
        ProcessingStage(_("Published"), is_done=image.case_id is not None and image.is_shown),
    ]


def _inspection(image: Image) -> list[ProcessingStage]:
    is_inspected = image.state in _REVIEWED_STATES | {ImageState.AWAITING_REVIEW}
    if is_inspected or image.working:
        notes = _result_notes(image)
        return [
            ProcessingStage(label, is_done=True, note=notes.get(n, ""))
            for n, label in enumerate(_INSPECTION)
        ]
    if image.state != ImageState.PROCESSING:
        return [ProcessingStage(label) for label in _INSPECTION]
    decoding, detecting = _INSPECTION[:_N_DECODING], _INSPECTION[_N_DECODING:-1]
    if image.frames_inspected is None:
        return [
            *(ProcessingStage(label, is_now=True) for label in decoding),
            *(ProcessingStage(label) for label in _INSPECTION[_N_DECODING:]),
        ]
    return [
        *(ProcessingStage(label, is_done=True) for label in decoding),
        *(ProcessingStage(label, is_now=True, note=_progress(image)) for label in detecting),
        ProcessingStage(_INSPECTION[-1]),
    ]


def _redaction(image: Image) -> list[ProcessingStage]:
    redacting, checking = _REDACTION
    is_ready, is_now = image.state == ImageState.READY, image.state == ImageState.CONFIRMED
    is_redacted = is_now and image.frames_inspected is not None
    return [
        ProcessingStage(redacting, is_ready or is_redacted, is_now and not is_redacted),
        ProcessingStage(checking, is_ready, is_redacted, _progress(image) if is_redacted else ""),
    ]


def _progress(image: Image) -> str:
    """How many frames were inspected; empty for a still."""
    if image.frame_count < 2 or image.frames_inspected is None:
        return ""
    return gettext("%(n)d of %(all)d frames") % {
        "n": image.frames_inspected,
        "all": image.frame_count,
    }


def _result_notes(image: Image) -> dict[int, str]:
    """Results of the inspection by the index of the stage."""
    n_texts = sum(box["kind"] == "text" for box in image.suggested_redactions)
    n_faces = sum(box["kind"] == "face" for box in image.suggested_redactions)
    return {
        1: ", ".join(image.removed_metadata),
        2: ngettext("%(n)d place", "%(n)d places", n_texts) % {"n": n_texts},
        3: ngettext("%(n)d face", "%(n)d faces", n_faces) % {"n": n_faces},
    }


def _moderation(image: Image) -> list[ProcessingStage]:
    status = image.moderation_status
    if status == ModerationStatus.NOT_REQUIRED:
        return []
    is_done = status in {ModerationStatus.APPROVED, ModerationStatus.REDACTED}
    is_now = status == ModerationStatus.WAITING
    return [ProcessingStage(_("A moderator's look"), is_done, is_now)]


def _noise_removal(image: Image) -> list[ProcessingStage]:
    if image.sensor_noise == SensorNoise.UNTOUCHED:
        return []
    is_done = image.sensor_noise == SensorNoise.REMOVED
    is_now = not is_done and image.state == ImageState.READY
    return [ProcessingStage(_("Sensor noise removed"), is_done, is_now)]
