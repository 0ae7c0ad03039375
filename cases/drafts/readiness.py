"""What a draft still needs before it can be published, and what would make it more useful."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.drafts.content import DraftContent
from cases.drafts.findings import FIELD_LABELS, Finding, undecided
from cases.models import (
    FACT_FIELDS,
    Case,
    CasePurpose,
    Image,
    ImageState,
    ModerationStatus,
    Outcome,
    PresetQuestion,
)

# Characters of an answer and of a poll's question, as their columns hold (polls.models).
MAX_OPTION_LENGTH = 200
MAX_POLL_QUESTION_LENGTH = 300


@dataclass(frozen=True)
class Blocker:
    """One thing to do before publishing, and the form field or the picture it concerns."""

    sentence: str
    field: str = ""
    image: str = ""
    """The public id of the picture."""


@dataclass(frozen=True)
class CompletenessItem:
    """One line of the completeness list. It never prevents publishing."""

    label: str
    is_done: bool


def blockers(
    content: DraftContent, images: Sequence[Image], findings: Sequence[Finding]
) -> list[Blocker]:
    """Everything that prevents publishing; empty when the draft is ready."""
    return [
        *_in_text(content, images),
        *_in_lengths(content),
        *_in_pictures(images),
        *_in_findings(findings),
    ]


def _in_text(content: DraftContent, images: Sequence[Image]) -> list[Blocker]:
    blockers = []
    if content.preset not in PresetQuestion.values:
        blockers.append(Blocker(_("Choose the question you ask."), "preset"))
    if content.preset == PresetQuestion.OWN and not content.question:
        blockers.append(Blocker(_("Write your question in your own words."), "question"))
    if not content.specialties:
        blockers.append(Blocker(_("Choose the specialty you ask."), "specialty_1"))
    if not images and not any(getattr(content, name) for name in FACT_FIELDS):
        blockers.append(Blocker(_("Add a picture, or a few words on the patient."), "complaint"))
    return [*blockers, *_in_polls(content), *_in_outcome(content)]


def _max_length(model: type[Model], name: str) -> int | None:
    length: int | None = getattr(model._meta.get_field(name), "max_length", None)
    return length


# Characters, and the first form field of the text, for each field of a `FieldText`.
_LIMITS: dict[str, tuple[int | None, str]] = {
    **{name: (_max_length(Case, name), name) for name in ("title", "question", *FACT_FIELDS)},
    "diagnosis_poll.options": (MAX_OPTION_LENGTH, "option_1"),
    "diagnosis_poll.own_answer": (MAX_OPTION_LENGTH, "own_answer_1"),
    "opinion_poll.question": (MAX_POLL_QUESTION_LENGTH, "opinion_question"),
    "opinion_poll.options": (MAX_OPTION_LENGTH, "opinion_1"),
    "outcome.diagnosis": (_max_length(Outcome, "diagnosis"), "outcome_diagnosis"),
    "outcome.learning_point": (_max_length(Outcome, "learning_point"), "outcome_learning_point"),
}


def _in_lengths(content: DraftContent) -> list[Blocker]:
    """A draft keeps what is too long; a case does not."""
    blockers = []
    for text in content.texts():
        limit, form_field = _LIMITS.get(text.field, (None, ""))
        extra = 0 if limit is None else len(text.value) - limit
        if extra > 0:
            sentence = ngettext(
                "%(label)s is %(n)d character too long. Shorten it.",
                "%(label)s is %(n)d characters too long. Shorten it.",
                extra,
            )
            values = {"label": FIELD_LABELS[text.field], "n": extra}
            blockers.append(Blocker(sentence % values, form_field))
    return blockers


def _in_polls(content: DraftContent) -> list[Blocker]:
    blockers = []
    diagnosis, opinion = content.diagnosis_poll, content.opinion_poll
    if diagnosis is not None and len(diagnosis.options) == 1:
        blockers.append(Blocker(_("Offer two diagnoses or more, or none."), "option_1"))
    if opinion is not None and bool(opinion.question) != (len(opinion.options) >= 2):
        blockers.append(Blocker(_("A poll needs a question and two options."), "opinion_question"))
    return blockers


def _in_outcome(content: DraftContent) -> list[Blocker]:
    if content.purpose == CasePurpose.ASK or (content.outcome and content.outcome.diagnosis):
        return []
    return [Blocker(_("Say what the diagnosis was."), "outcome_diagnosis")]


def _in_pictures(images: Sequence[Image]) -> list[Blocker]:
    return [
        Blocker(_picture_sentence(image) % {"n": n}, image=image.public_id)
        for n, image in enumerate(images, start=1)
        if image.state != ImageState.READY or image.moderation_status == ModerationStatus.REFUSED
    ]


def _picture_sentence(image: Image) -> str:
    """Why this picture prevents publishing. The sentence has the placeholder `%(n)d`."""
    if image.moderation_status == ModerationStatus.REFUSED and image.state == ImageState.READY:
        return _("Picture %(n)d was refused by a moderator; remove it or change it.")
    if image.state == ImageState.AWAITING_REVIEW:
        return _("Picture %(n)d waits for your look.")
    if image.state == ImageState.REFUSED:
        return _("Picture %(n)d was refused; remove it or try again.")
    return _("Picture %(n)d is still being prepared.")


def _in_findings(findings: Sequence[Finding]) -> list[Blocker]:
    n_undecided = len(undecided(findings))
    if not n_undecided:
        return []
    sentence = ngettext(
        "One place may tell who the patient is; decide about it.",
        "%(n)d places may tell who the patient is; decide about each.",
        n_undecided,
    )
    return [Blocker(sentence % {"n": n_undecided}, "findings")]


def has_date_and_place(findings: Sequence[Finding]) -> bool:
    """Whether the case has a date and a place. With a rare disease they may identify a person."""
    kinds = {finding.kind for finding in findings}
    return "date" in kinds and not kinds.isdisjoint({"place", "institution"})


def completeness(content: DraftContent, images: Sequence[Image]) -> list[CompletenessItem]:
    """What colleagues usually ask for first, and whether the draft has it."""
    items = {
        _("Question and specialty"): content.preset and content.specialties,
        _("Picture or findings"): images or content.examination,
        _("Age and sex"): content.age_band and content.sex,
        _("Complaint and duration"): content.complaint and content.duration,
        _("History"): content.history,
        _("Tests"): content.laboratory or content.imaging,
        _("Medication"): content.medication,
    }
    return [CompletenessItem(label, bool(value)) for label, value in items.items()]
