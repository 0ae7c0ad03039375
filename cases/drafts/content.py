"""What a draft holds, as typed values from the form to publication.

`to_json` and `from_json` are used at one place only, the encryption of a draft
(`cases.drafts.encryption`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from cases.models import FACT_FIELDS, TEXT_FIELDS, CasePurpose, CaseStatus, Urgency
from cases.policies import question_text
from sermo.core import specialties

MAX_TITLE_LENGTH = 160


@dataclass(frozen=True)
class FieldText:
    """One text of a draft. `path` names its place, such as "history" or "tags.1"."""

    field: str
    value: str
    index: int | None = None

    @property
    def path(self) -> str:
        return self.field if self.index is None else f"{self.field}.{self.index}"


ChangeText = Callable[[FieldText], str]


@dataclass(frozen=True)
class DiagnosisPollContent:
    """The diagnosis poll that is created with the case, and the author's own blind answer."""

    options: tuple[str, ...] = ()
    own_answer: tuple[str, ...] = ()
    """The author's diagnoses by rank; empty where the author gives no answer."""
    confidence: int | None = None
    """1 (a guess) to 5 (certain)."""

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> DiagnosisPollContent:
        return cls(tuple(value["options"]), tuple(value["own_answer"]), value["confidence"])


@dataclass(frozen=True)
class OpinionPollContent:
    """A poll with fixed options that is created with the case."""

    question: str = ""
    options: tuple[str, ...] = ()
    is_multiple: bool = False

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> OpinionPollContent:
        return cls(value["question"], tuple(value["options"]), value["is_multiple"])


@dataclass(frozen=True)
class OutcomeContent:
    """A final diagnosis. `certainty` and `established_by` are values of their choices, or ""."""

    diagnosis: str = ""
    certainty: str = ""
    established_by: str = ""
    learning_point: str = ""


@dataclass(frozen=True)
class DraftContent:
    """Everything a draft holds. An empty text means that the author has not filled it in."""

    purpose: CasePurpose = CasePurpose.ASK
    title: str = ""
    preset: str = ""
    question: str = ""
    age_band: str = ""
    sex: str = ""
    setting: str = ""
    complaint: str = ""
    duration: str = ""
    history: str = ""
    examination: str = ""
    laboratory: str = ""
    imaging: str = ""
    medication: str = ""
    urgency: str = ""
    specialties: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    diagnosis_poll: DiagnosisPollContent | None = None
    opinion_poll: OpinionPollContent | None = None
    outcome: OutcomeContent | None = None
    keeps_picture_detail: bool = False
    """An anonymous author keeps the sensor noise of pictures, because fine detail goes with it."""
    kept_findings: frozenset[str] = field(default_factory=frozenset)
    """Keys of findings that the author marked as not identifying (`cases.drafts.findings`)."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"kept_findings": sorted(self.kept_findings)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> DraftContent:
        """Raises KeyError, TypeError or ValueError if `to_json` did not write the value."""
        diagnosis_poll, opinion_poll = value["diagnosis_poll"], value["opinion_poll"]
        outcome = value["outcome"]
        return cls(
            **{name: value[name] for name in (*TEXT_FIELDS, "urgency")},
            purpose=CasePurpose(value["purpose"]),
            specialties=tuple(value["specialties"]),
            tags=tuple(value["tags"]),
            diagnosis_poll=diagnosis_poll and DiagnosisPollContent.from_json(diagnosis_poll),
            opinion_poll=opinion_poll and OpinionPollContent.from_json(opinion_poll),
            outcome=outcome and OutcomeContent(**outcome),
            # Drafts from before this choice hold no value, and only their authors can open them.
            keeps_picture_detail=value.get("keeps_picture_detail", False),
            kept_findings=frozenset(value["kept_findings"]),
        )

    def texts(self) -> list[FieldText]:
        """Every non-empty text that colleagues would read, in the order of the page."""
        texts: list[FieldText] = []

        def collect(text: FieldText) -> str:
            texts.append(text)
            return text.value

        self.map_texts(collect)
        return [text for text in texts if text.value]

    def map_texts(self, change: ChangeText) -> DraftContent:
        """The content with every text that colleagues would read replaced by `change(text)`."""
        plain = ("title", "question", *FACT_FIELDS)
        changed: dict[str, Any] = {
            name: change(FieldText(name, getattr(self, name))) for name in plain
        }
        changed["tags"] = _map_list("tags", self.tags, change)
        if self.diagnosis_poll is not None:
            changed["diagnosis_poll"] = replace(
                self.diagnosis_poll,
                options=_map_list("diagnosis_poll.options", self.diagnosis_poll.options, change),
                own_answer=_map_list(
                    "diagnosis_poll.own_answer", self.diagnosis_poll.own_answer, change
                ),
            )
        if self.opinion_poll is not None:
            changed["opinion_poll"] = replace(
                self.opinion_poll,
                question=change(FieldText("opinion_poll.question", self.opinion_poll.question)),
                options=_map_list("opinion_poll.options", self.opinion_poll.options, change),
            )
        if self.outcome is not None:
            changed["outcome"] = replace(
                self.outcome,
                diagnosis=change(FieldText("outcome.diagnosis", self.outcome.diagnosis)),
                learning_point=change(
                    FieldText("outcome.learning_point", self.outcome.learning_point)
                ),
            )
        return replace(self, **changed)

    @property
    def question_text(self) -> str:
        """The preset question in words, or the author's own."""
        return question_text(self.preset, self.question)

    @property
    def title_text(self) -> str:
        """The title, or one made of complaint or specialty and the question; 160 characters."""
        title = self.title.strip()
        if title:
            return title
        subject = self.complaint.strip()
        if not subject and self.specialties:
            subject = specialties.name(self.specialties[0])
        made = f"{subject}: {self.question_text}" if subject else self.question_text
        return made[:MAX_TITLE_LENGTH]

    def case_fields(self) -> dict[str, Any]:
        """The fields of `Case` that come from the draft, for the preview and for publishing."""
        is_shared = self.purpose == CasePurpose.SHARE
        return {name: getattr(self, name) for name in TEXT_FIELDS} | {
            "title": self.title_text,
            "purpose": self.purpose,
            "status": CaseStatus.CASE_STUDY if is_shared else CaseStatus.UNSOLVED,
            "urgency": self.urgency or Urgency.ROUTINE.value,
            "specialties": list(self.specialties),
            "tags": list(self.tags),
        }


def _map_list(field_name: str, values: tuple[str, ...], change: ChangeText) -> tuple[str, ...]:
    return tuple(change(FieldText(field_name, value, n)) for n, value in enumerate(values))
