"""The form of the composer. A draft can be saved at any time, so no field is required."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Field
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from cases.drafts.content import (
    DiagnosisPollContent,
    DraftContent,
    OpinionPollContent,
    OutcomeContent,
)
from cases.drafts.merging import Merge, digests, merge
from cases.drafts.readiness import MAX_OPTION_LENGTH, MAX_POLL_QUESTION_LENGTH
from cases.models import (
    TEXT_FIELDS,
    AgeBand,
    CareSetting,
    Case,
    CasePurpose,
    Certainty,
    EstablishedBy,
    PresetQuestion,
    Sex,
    Urgency,
)
from sermo.core import specialties
from sermo.core.written_field import WrittenField

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

MAX_SPECIALTIES = 3
MAX_RANKED = 5
MAX_ANSWER_OPTIONS = 8
MAX_POLL_OPTIONS = 6
MAX_TAGS = 8
MAX_TAG_LENGTH = 40
_SPECIALTIES = [("", _("Choose a specialty")), *specialties.CHOICES]
_CONCEPTS = reverse_lazy("polls:concepts")
_OUTCOME_FIELDS = ("diagnosis", "certainty", "established_by", "learning_point")


def _max_length(name: str) -> int | None:
    """The maximum length of the column of `Case` with this name."""
    column = Case._meta.get_field(name)
    return column.max_length if isinstance(column, Field) else None


def _long(name: str, label: str | _StrPromise, hint: str | _StrPromise = "") -> WrittenField:
    return WrittenField(
        label=label,
        help_text=hint,
        max_length=_max_length(name),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        strip=False,
    )


def _short(name: str, label: str | _StrPromise, hint: str | _StrPromise = "") -> WrittenField:
    return WrittenField(
        label=label,
        help_text=hint,
        max_length=_max_length(name),
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )


def _optional_choice(
    choices: Iterable[tuple[Any, Any]], label: str | _StrPromise, hint: str | _StrPromise = ""
) -> forms.ChoiceField:
    with_empty = [("", _("Not stated")), *choices]
    return forms.ChoiceField(label=label, help_text=hint, choices=with_empty, required=False)


def _diagnosis(label: str | _StrPromise) -> WrittenField:
    widget = forms.TextInput(
        attrs={"dir": "auto", "autocomplete": "off", "data-combobox": _ConceptSearchUrl()}
    )
    return WrittenField(label=label, max_length=MAX_OPTION_LENGTH, required=False, widget=widget)


class _ConceptSearchUrl:
    """The address of the type-ahead. Resolved late, because URLs are not loaded with the forms."""

    def __str__(self) -> str:
        return f"{_CONCEPTS}?q="


class DraftForm(forms.Form):
    """All fields of a draft as one flat form.

    `as_content` and `initial_values` convert to and from `DraftContent`.
    """

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    # Digests of what the page showed (`cases.drafts.merging`), as JSON.
    base = forms.CharField(required=False, widget=forms.HiddenInput)
    preset = forms.ChoiceField(
        label=_("Your question"),
        choices=PresetQuestion.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    question = _short("question", _("In your own words"))
    specialty_1 = forms.ChoiceField(
        label=_("Specialty you ask"), choices=_SPECIALTIES, required=False
    )
    specialty_2 = forms.ChoiceField(
        label=_("A second specialty"), choices=_SPECIALTIES, required=False
    )
    specialty_3 = forms.ChoiceField(
        label=_("A third specialty"), choices=_SPECIALTIES, required=False
    )
    urgency = forms.ChoiceField(
        label=_("First answer wanted"),
        help_text=_(
            "This is not an emergency service. In an emergency call for help where you are."
        ),
        choices=Urgency.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    title = _short(
        "title", _("Title"), _("Made from complaint and question where you leave it empty.")
    )
    age_band = _optional_choice(AgeBand.choices, _("Age"), _("A band, never a birth date."))
    sex = _optional_choice(Sex.choices, _("Sex"))
    setting = _optional_choice(CareSetting.choices, _("Setting"))
    complaint = _short("complaint", _("Chief complaint"))
    duration = _short("duration", _("Duration"), _("Such as “three weeks”, not a date."))
    history = _long("history", _("History"))
    examination = _long("examination", _("Examination"))
    laboratory = _long(
        "laboratory", _("Laboratory"), _("A table pasted from elsewhere keeps its columns.")
    )
    imaging = _long("imaging", _("Imaging"))
    medication = _long("medication", _("Medication and treatment so far"))
    tags = WrittenField(
        label=_("Tags"),
        help_text=_("Up to eight, with commas between."),
        max_length=400,
        required=False,
    )
    confidence = forms.ChoiceField(
        label=_("How sure are you?"),
        choices=[
            ("", _("Not stated")),
            ("1", _("1: a guess")),
            ("2", "2"),
            ("3", "3"),
            ("4", "4"),
            ("5", _("5: certain")),
        ],
        required=False,
    )
    opinion_question = WrittenField(
        label=_("Question of the poll"), max_length=MAX_POLL_QUESTION_LENGTH, required=False
    )
    opinion_multiple = forms.BooleanField(label=_("Several answers allowed"), required=False)
    outcome_diagnosis = _diagnosis(_("Final diagnosis"))
    outcome_certainty = forms.ChoiceField(
        label=_("How certain is it?"), choices=Certainty.choices, required=False
    )
    outcome_established_by = forms.ChoiceField(
        label=_("How was it established?"), choices=EstablishedBy.choices, required=False
    )
    outcome_learning_point = WrittenField(
        label=_("Teaching point"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )

    def __init__(self, *args: Any, purpose: CasePurpose, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.purpose = purpose
        self._add_numbered("own_answer", MAX_RANKED, _("Your diagnosis, place %(n)d"))
        self._add_numbered("option", MAX_ANSWER_OPTIONS, _("Diagnosis on offer %(n)d"))
        for number in range(1, MAX_POLL_OPTIONS + 1):
            self.fields[f"opinion_{number}"] = WrittenField(
                label=_("Option %(n)d") % {"n": number},
                max_length=MAX_OPTION_LENGTH,
                required=False,
            )
        if purpose == CasePurpose.ASK:
            for name in _OUTCOME_FIELDS:
                del self.fields[f"outcome_{name}"]
        for field in self.fields.values():
            if isinstance(field, WrittenField):
                field.take_too_long()

    def _add_numbered(self, name: str, count: int, label: str | _StrPromise) -> None:
        for number in range(1, count + 1):
            self.fields[f"{name}_{number}"] = _diagnosis(label % {"n": number})

    def clean_base(self) -> dict[str, str]:
        """Never an error: a page without digests conflicts wherever it differs."""
        try:
            base = json.loads(self.cleaned_data["base"] or "{}")
        except ValueError:
            return {}
        return base if isinstance(base, dict) else {}

    def clean_tags(self) -> list[str]:
        """Lower case, without #, at most eight tags of 40 letters. Never an error."""
        parts = self.cleaned_data["tags"].replace("#", " ").split(",")
        tags = (" ".join(part.split()).lower()[:MAX_TAG_LENGTH] for part in parts)
        return list(dict.fromkeys(tag for tag in tags if tag))[:MAX_TAGS]

    def as_content(self, before: DraftContent) -> DraftContent:
        """The content of a valid form, with the decisions about findings from `before`."""
        clean = self.cleaned_data
        return DraftContent(
            **{name: clean.get(name) or "" for name in (*TEXT_FIELDS, "urgency")},
            purpose=self.purpose,
            specialties=self._filled("specialty", MAX_SPECIALTIES),
            tags=tuple(clean["tags"]),
            diagnosis_poll=self._diagnosis_poll(),
            opinion_poll=self._opinion_poll(),
            outcome=self._outcome(),
            keeps_picture_detail=before.keeps_picture_detail,
            kept_findings=before.kept_findings,
        )

    def _diagnosis_poll(self) -> DiagnosisPollContent | None:
        clean = self.cleaned_data
        options = self._filled("option", MAX_ANSWER_OPTIONS)
        own_answer = self._filled("own_answer", MAX_RANKED)
        asks_diagnosis = clean["preset"] == PresetQuestion.DIAGNOSIS
        is_quiz = self.purpose == CasePurpose.SHARE
        if not (options or own_answer or asks_diagnosis or is_quiz):
            return None
        confidence = int(clean["confidence"]) if clean["confidence"] else None
        return DiagnosisPollContent(options, own_answer, confidence)

    def _opinion_poll(self) -> OpinionPollContent | None:
        clean = self.cleaned_data
        options = self._filled("opinion", MAX_POLL_OPTIONS)
        if not (clean["opinion_question"] or options):
            return None
        return OpinionPollContent(clean["opinion_question"], options, clean["opinion_multiple"])

    def _outcome(self) -> OutcomeContent | None:
        if self.purpose == CasePurpose.ASK:
            return None
        fields = {name: self.cleaned_data[f"outcome_{name}"] for name in _OUTCOME_FIELDS}
        return OutcomeContent(**fields)

    def _filled(self, name: str, count: int) -> tuple[str, ...]:
        """The values of the numbered fields that are filled in, without duplicates."""
        values = (self.cleaned_data[f"{name}_{n}"] for n in range(1, count + 1))
        unique: dict[str, str] = {}
        for value in values:
            if value:
                unique.setdefault(" ".join(value.split()).casefold(), value)
        return tuple(unique.values())

    @property
    def own_answers(self) -> list[forms.BoundField]:
        return [self[f"own_answer_{n}"] for n in range(1, MAX_RANKED + 1)]

    @property
    def options(self) -> list[forms.BoundField]:
        return [self[f"option_{n}"] for n in range(1, MAX_ANSWER_OPTIONS + 1)]

    @property
    def opinions(self) -> list[forms.BoundField]:
        return [self[f"opinion_{n}"] for n in range(1, MAX_POLL_OPTIONS + 1)]


def initial_values(content: DraftContent, version: int) -> dict[str, Any]:
    """The flat values that `DraftForm` shows for a draft."""
    diagnosis_poll = content.diagnosis_poll or DiagnosisPollContent()
    opinion_poll = content.opinion_poll or OpinionPollContent()
    values: dict[str, Any] = {name: getattr(content, name) for name in TEXT_FIELDS}
    values |= {
        "version": version,
        "urgency": content.urgency or Urgency.ROUTINE.value,
        "tags": ", ".join(content.tags),
        "confidence": str(diagnosis_poll.confidence or ""),
        "opinion_question": opinion_poll.question,
        "opinion_multiple": opinion_poll.is_multiple,
    }
    values |= _numbered("specialty", content.specialties)
    values |= _numbered("own_answer", diagnosis_poll.own_answer)
    values |= _numbered("option", diagnosis_poll.options)
    values |= _numbered("opinion", opinion_poll.options)
    if content.outcome is not None:
        values |= {f"outcome_{name}": getattr(content.outcome, name) for name in _OUTCOME_FIELDS}
    return values | {"base": json.dumps(digests(values))}


def merged_content(
    form: DraftForm, saved: DraftContent, version: int
) -> tuple[DraftContent, Merge]:
    """The content to save of a valid form, where another window may have saved `saved` meanwhile.

    A page without digests that shows this version has seen what is saved.
    """
    theirs = initial_values(saved, version)
    base = form.cleaned_data["base"]
    if not base and form.cleaned_data["version"] == version:
        base = digests(theirs)
    merged = merge(base, initial_values(form.as_content(saved), version), theirs)
    merged_form = DraftForm(merged.values, purpose=form.purpose)
    content = merged_form.as_content(saved) if merged_form.is_valid() else form.as_content(saved)
    return content, merged


def _numbered(name: str, values: Iterable[str]) -> dict[str, str]:
    return {f"{name}_{number}": value for number, value in enumerate(values, start=1)}
