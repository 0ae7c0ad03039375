"""What a draft still needs before it can be published, and what would make it more useful."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.drafts.encryption import Payload
from cases.drafts.findings import Finding, undecided
from cases.models import (
    FACT_LABELS,
    CasePurpose,
    CaseStatus,
    CaseText,
    Image,
    ImageState,
    ModerationStatus,
    PresetQuestion,
)
from sermo.core import specialties

FACT_FIELDS = tuple(FACT_LABELS)
TEXT_FIELDS = tuple(field.name for field in CaseText._meta.get_fields())


@dataclass(frozen=True)
class Blocker:
    """One thing to do first, and the form field or the picture (its address) it concerns."""

    sentence: str
    field: str = ""
    image: str = ""


@dataclass(frozen=True)
class CompletenessItem:
    """One line of the completeness meter; it never blocks."""

    label: str
    is_done: bool


def blockers(payload: Payload, images: Sequence[Image], hits: Sequence[Finding]) -> list[Blocker]:
    """Everything that holds publishing back; empty when nothing does."""
    return [*_in_text(payload, images), *_in_pictures(images), *_in_hits(hits)]


def _in_text(payload: Payload, images: Sequence[Image]) -> list[Blocker]:
    found = []
    if payload.get("preset") not in PresetQuestion.values:
        found.append(Blocker(_("Choose the question you ask."), "preset"))
    if payload.get("preset") == PresetQuestion.OWN and not payload.get("question"):
        found.append(Blocker(_("Write your question in your own words."), "question"))
    if not payload.get("specialties"):
        found.append(Blocker(_("Choose the specialty you ask."), "specialty_1"))
    if not images and not any(payload.get(field) for field in FACT_FIELDS):
        found.append(Blocker(_("Add a picture, or a few words on the patient."), "complaint"))
    if len(payload.get("diagnosis", {}).get("options", ())) == 1:
        found.append(Blocker(_("Offer two diagnoses or more, or none."), "option_1"))
    opinion = payload.get("opinion", {})
    if bool(opinion.get("question")) != (len(opinion.get("options", ())) >= 2):
        found.append(Blocker(_("A poll needs a question and two options."), "opinion_question"))
    if payload.get("purpose") == CasePurpose.SHARE and not payload.get("outcome", {}).get(
        "diagnosis"
    ):
        found.append(Blocker(_("Say what the diagnosis was."), "outcome_diagnosis"))
    return found


def _in_pictures(images: Sequence[Image]) -> list[Blocker]:
    return [
        Blocker(_of_picture(image) % {"n": n}, image=image.public_id)
        for n, image in enumerate(images, start=1)
        if image.state != ImageState.READY or image.moderation_status == ModerationStatus.REFUSED
    ]


def _of_picture(image: Image) -> str:
    """What holds this picture back; its number goes in for `%(n)d`."""
    if image.moderation_status == ModerationStatus.REFUSED and image.state == ImageState.READY:
        return _("Picture %(n)d was refused by a moderator; remove it or change it.")
    if image.state == ImageState.AWAITING_REVIEW:
        return _("Picture %(n)d waits for your look.")
    if image.state == ImageState.REFUSED:
        return _("Picture %(n)d was refused; remove it or try again.")
    return _("Picture %(n)d is still being prepared.")


def _in_hits(hits: Sequence[Finding]) -> list[Blocker]:
    open_ = len(undecided(hits))
    if not open_:
        return []
    sentence = ngettext(
        "One place may tell who the patient is; decide about it.",
        "%(n)d places may tell who the patient is; decide about each.",
        open_,
    )
    return [Blocker(sentence % {"n": open_}, "hits")]


def is_rare_together(hits: Sequence[Finding]) -> bool:
    """A place and a date in one case: with a rare disease, that may be one person."""
    kinds = {hit.kind for hit in hits}
    return "date" in kinds and not kinds.isdisjoint({"place", "institution"})


def completeness(payload: Payload, images: Sequence[Image]) -> list[CompletenessItem]:
    """What colleagues ask for first, and whether it is there."""
    return [
        CompletenessItem(
            _("Question and specialty"), bool(payload.get("preset") and payload.get("specialties"))
        ),
        CompletenessItem(_("Picture or findings"), bool(images or payload.get("examination"))),
        CompletenessItem(_("Age and sex"), bool(payload.get("age_band") and payload.get("sex"))),
        CompletenessItem(
            _("Complaint and duration"), bool(payload.get("complaint") and payload.get("duration"))
        ),
        CompletenessItem(_("History"), bool(payload.get("history"))),
        CompletenessItem(_("Tests"), bool(payload.get("laboratory") or payload.get("imaging"))),
        CompletenessItem(_("Medication"), bool(payload.get("medication"))),
    ]


def question_of(payload: Payload) -> str:
    """The question in words: the preset's, or the author's own."""
    own = str(payload.get("question") or "")
    if payload.get("preset") == PresetQuestion.OWN or payload.get("preset") not in (
        PresetQuestion.values
    ):
        return own
    return str(PresetQuestion(payload["preset"]).label)


def title_of(payload: Payload) -> str:
    """The title given, or one made of complaint, question and specialty for the fast path."""
    title = str(payload.get("title") or "").strip()
    if title:
        return title
    asked = payload.get("specialties") or []
    start = str(payload.get("complaint") or "").strip() or (
        specialties.name(asked[0]) if asked else ""
    )
    made = f"{start}: {question_of(payload)}" if start else question_of(payload)
    return made[:160]


def case_values(payload: Payload) -> dict[str, Any]:
    """The columns of `Case` that come from the draft, for the preview and for publishing."""
    values: dict[str, Any] = {name: payload.get(name) or "" for name in TEXT_FIELDS}
    purpose = CasePurpose(payload.get("purpose", CasePurpose.ASK))
    return values | {
        "title": title_of(payload),
        "purpose": purpose,
        "status": CaseStatus.CASE_STUDY if purpose == CasePurpose.SHARE else CaseStatus.UNSOLVED,
        "urgency": payload.get("urgency") or "routine",
        "specialties": list(payload.get("specialties") or []),
        "tags": list(payload.get("tags") or []),
    }
