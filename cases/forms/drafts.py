"""The composer's forms. A draft may be saved at any time, so nothing in it is required."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Field
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from cases.drafts.encryption import Payload
from cases.drafts.readiness import TEXT_FIELDS
from cases.models import (
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
from sermo.members.models import ShownAs

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

MAX_SPECIALTIES = 3
MAX_RANKED = 5
MAX_ANSWER_OPTIONS = 8
MAX_POLL_OPTIONS = 6
MAX_TAGS = 8
MAX_OPTION_LENGTH = 200
_SPECIALTIES = [("", _("Choose a specialty")), *specialties.CHOICES]
_CONCEPTS = reverse_lazy("polls:concepts")


def _most_letters(name: str) -> int | None:
    column = Case._meta.get_field(name)
    return column.max_length if isinstance(column, Field) else None


def _long(name: str, label: str | _StrPromise, hint: str | _StrPromise = "") -> forms.CharField:
    most = _most_letters(name)
    area = forms.Textarea(attrs={"rows": 4, "dir": "auto"})
    return forms.CharField(
        label=label, help_text=hint, max_length=most, required=False, widget=area, strip=False
    )


def _short(name: str, label: str | _StrPromise, hint: str | _StrPromise = "") -> forms.CharField:
    most = _most_letters(name)
    line = forms.TextInput(attrs={"dir": "auto"})
    return forms.CharField(
        label=label, help_text=hint, max_length=most, required=False, widget=line
    )


def _one_of(
    choices: Iterable[tuple[Any, Any]], label: str | _StrPromise, hint: str | _StrPromise = ""
) -> forms.ChoiceField:
    with_none = [("", _("Not stated")), *choices]
    return forms.ChoiceField(label=label, help_text=hint, choices=with_none, required=False)


def _diagnosis(label: str | _StrPromise) -> forms.CharField:
    line = forms.TextInput(
        attrs={"dir": "auto", "autocomplete": "off", "data-combobox": _Concepts()}
    )
    return forms.CharField(label=label, max_length=MAX_OPTION_LENGTH, required=False, widget=line)


class _Concepts:
    """The type-ahead's address, read when shown: addresses do not exist while forms are made."""

    def __str__(self) -> str:
        return f"{_CONCEPTS}?q="


class DraftForm(forms.Form):
    """Everything a case is written in, as one flat form; `as_payload` and `initial_of` fold it."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
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
    age_band = _one_of(AgeBand.choices, _("Age"), _("A band, never a birth date."))
    sex = _one_of(Sex.choices, _("Sex"))
    setting = _one_of(CareSetting.choices, _("Setting"))
    complaint = _short("complaint", _("Chief complaint"))
    duration = _short("duration", _("Duration"), _("Such as “three weeks”, not a date."))
    history = _long("history", _("History"))
    examination = _long("examination", _("Examination"))
    laboratory = _long(
        "laboratory", _("Laboratory"), _("A table pasted from elsewhere keeps its columns.")
    )
    imaging = _long("imaging", _("Imaging"))
    medication = _long("medication", _("Medication and treatment so far"))
    tags = forms.CharField(
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
    opinion_question = forms.CharField(
        label=_("Question of the poll"), max_length=300, required=False
    )
    opinion_multiple = forms.BooleanField(label=_("Several answers allowed"), required=False)
    outcome_diagnosis = _diagnosis(_("Final diagnosis"))
    outcome_certainty = forms.ChoiceField(
        label=_("How certain is it?"), choices=Certainty.choices, required=False
    )
    outcome_established_by = forms.ChoiceField(
        label=_("How was it established?"), choices=EstablishedBy.choices, required=False
    )
    outcome_text = forms.CharField(
        label=_("Teaching point"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )

    def __init__(self, *args: Any, purpose: CasePurpose, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.purpose = purpose
        for number in range(1, MAX_RANKED + 1):
            self.fields[f"guess_{number}"] = _diagnosis(
                _("Your diagnosis, place %(n)d") % {"n": number}
            )
        for number in range(1, MAX_ANSWER_OPTIONS + 1):
            self.fields[f"option_{number}"] = _diagnosis(
                _("Diagnosis on offer %(n)d") % {"n": number}
            )
        for number in range(1, MAX_POLL_OPTIONS + 1):
            self.fields[f"opinion_{number}"] = forms.CharField(
                label=_("Option %(n)d") % {"n": number},
                max_length=MAX_OPTION_LENGTH,
                required=False,
            )
        if purpose == CasePurpose.ASK:
            for name in ("diagnosis", "certainty", "established_by", "text"):
                del self.fields[f"outcome_{name}"]

    def clean_tags(self) -> list[str]:
        """Lower case, without #, at most eight of forty letters; never refused."""
        parts = self.cleaned_data["tags"].replace("#", " ").split(",")
        words = (" ".join(part.split()).lower()[:40] for part in parts)
        return list(dict.fromkeys(word for word in words if word))[:MAX_TAGS]

    def as_payload(self, before: Payload) -> Payload:
        """The draft's dict after this form, with the decisions about finds kept."""
        clean = self.cleaned_data
        payload: Payload = {name: clean.get(name) or "" for name in TEXT_FIELDS}
        payload |= {
            "purpose": self.purpose.value,
            "urgency": clean["urgency"],
            "specialties": self._listed("specialty", MAX_SPECIALTIES),
            "tags": clean["tags"],
            "kept": before.get("kept", []),
        }
        return payload | self._polls() | self._outcome()

    def _polls(self) -> Payload:
        clean = self.cleaned_data
        polls: Payload = {}
        options = self._listed("option", MAX_ANSWER_OPTIONS)
        guesses = self._listed("guess", MAX_RANKED)
        is_quiz = self.purpose == CasePurpose.SHARE or clean["preset"] == PresetQuestion.DIAGNOSIS
        if options or guesses or is_quiz:
            confidence = int(clean["confidence"]) if clean["confidence"] else None
            polls["diagnosis"] = {
                "options": options,
                "own_guess": guesses,
                "confidence": confidence,
            }
        choices = self._listed("opinion", MAX_POLL_OPTIONS)
        if clean["opinion_question"] or choices:
            polls["opinion"] = {
                "question": clean["opinion_question"],
                "options": choices,
                "multiple": clean["opinion_multiple"],
            }
        return polls

    def _outcome(self) -> Payload:
        if self.purpose == CasePurpose.ASK:
            return {}
        parts = ("diagnosis", "certainty", "established_by", "text")
        return {"outcome": {part: self.cleaned_data[f"outcome_{part}"] for part in parts}}

    def _listed(self, name: str, most: int) -> list[str]:
        """The filled ones of numbered fields, each once, in order."""
        values = (self.cleaned_data[f"{name}_{n}"] for n in range(1, most + 1))
        seen: dict[str, str] = {}
        for value in values:
            if value:
                seen.setdefault(" ".join(value.split()).casefold(), value)
        return list(seen.values())

    @property
    def guesses(self) -> list[forms.BoundField]:
        return [self[f"guess_{n}"] for n in range(1, MAX_RANKED + 1)]

    @property
    def options(self) -> list[forms.BoundField]:
        return [self[f"option_{n}"] for n in range(1, MAX_ANSWER_OPTIONS + 1)]

    @property
    def opinions(self) -> list[forms.BoundField]:
        return [self[f"opinion_{n}"] for n in range(1, MAX_POLL_OPTIONS + 1)]


def initial_of(payload: Payload, version: int) -> dict[str, Any]:
    """The flat values that `DraftForm` shows for a draft."""
    flat = {name: payload.get(name, "") for name in (*TEXT_FIELDS, "urgency")}
    flat |= {"version": version, "tags": ", ".join(payload.get("tags", ()))}
    flat |= _numbered("specialty", payload.get("specialties", ()))
    diagnosis, opinion = payload.get("diagnosis", {}), payload.get("opinion", {})
    flat |= _numbered("guess", diagnosis.get("own_guess", ()))
    flat |= _numbered("option", diagnosis.get("options", ()))
    flat |= {"confidence": str(diagnosis.get("confidence") or "")}
    flat |= _numbered("opinion", opinion.get("options", ()))
    flat |= {
        "opinion_question": opinion.get("question", ""),
        "opinion_multiple": opinion.get("multiple", False),
    }
    outcome = payload.get("outcome", {})
    flat |= {f"outcome_{name}": value for name, value in outcome.items()}
    flat["urgency"] = flat["urgency"] or Urgency.ROUTINE.value
    return flat


def _numbered(name: str, values: Iterable[str]) -> dict[str, str]:
    return {f"{name}_{number}": value for number, value in enumerate(values, start=1)}


class PublishForm(forms.Form):
    """The last step: the identity shown, and consent."""

    shown_as = forms.ChoiceField(label=_("How you will be shown"), choices=ShownAs.choices)
    consent = forms.BooleanField(
        label=_(
            "I have looked at every picture and text, nothing in them tells who the patient is, "
            "and I may share them with colleagues."
        ),
        error_messages={"required": _("Tick this before you publish.")},
    )

    def __init__(self, *args: Any, identities: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = set(identities)
        self.fields["shown_as"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            choice for choice in ShownAs.choices if choice[0] in allowed
        ]
