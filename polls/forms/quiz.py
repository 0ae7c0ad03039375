"""The form of a quiz: up to three diagnoses and a confidence."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from polls.forms.confidence import confidence_field
from polls.models import Concept
from polls.selectors import suggest_diagnoses
from polls.selectors.concepts import find_public_concept
from polls.vocabulary.folding import fold
from sermo.core.written_field import WrittenField

RANK_FIELDS = ("first", "second", "third")


def _diagnosis(label: Any, *, required: bool = False) -> WrittenField:
    attrs = {"autocomplete": "off", "dir": "auto"}
    return WrittenField(
        label=label,
        max_length=200,
        required=required,
        widget=forms.TextInput(attrs=attrs),
        error_messages={"required": _("Say at least one diagnosis.")},
    )


class QuizForm(forms.Form):
    """Accepts only known diagnoses, because free text could not be compared with the outcome."""

    first = _diagnosis(_("Most likely"), required=True)
    second = _diagnosis(_("Second"))
    third = _diagnosis(_("Third"))
    confidence = confidence_field(_("How sure are you of the first?"))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        for name in RANK_FIELDS:
            self.fields[name].widget.attrs["data-combobox"] = f"{reverse('polls:concepts')}?q="
        self._concepts: dict[str, Concept] = {}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in RANK_FIELDS:
            typed = (cleaned.get(name) or "").strip()
            if typed:
                self._look_up(name, typed)
        return cleaned

    def _look_up(self, name: str, typed: str) -> None:
        concept = find_public_concept(fold(typed))
        if concept is not None:
            self._concepts[name] = concept
        elif suggestions := suggest_diagnoses(typed):
            names = ", ".join(suggestion.name for suggestion in suggestions)
            self.add_error(name, _("Write it as one of these: %(names)s.") % {"names": names})
        else:
            self.add_error(name, _("No listed diagnosis is spelt like that."))

    def ranked_concepts(self) -> list[UUID]:
        """Keys of the concepts of a valid form, best first, each once, after moderators' merges."""
        roots = (concept.merged_into_id or concept.pk for concept in self._concepts.values())
        return list(dict.fromkeys(roots))
