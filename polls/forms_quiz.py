"""What somebody says of a solved case: up to three diagnoses, and how sure."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from polls.folding import fold
from polls.forms import CONFIDENCE
from polls.models import Concept
from polls.selectors import suggest
from polls.services.concepts import find_concept

PLACES = ("first", "second", "third")


def _diagnosis(label: Any, *, required: bool = False) -> forms.CharField:
    attrs = {"autocomplete": "off", "dir": "auto"}
    return forms.CharField(
        label=label,
        max_length=200,
        required=required,
        widget=forms.TextInput(attrs=attrs),
        error_messages={"required": _("Say at least one diagnosis.")},
    )


class QuizForm(forms.Form):
    """Listed diagnoses only: an answer that no list knows could not be held against the outcome."""

    first = _diagnosis(_("Most likely"), required=True)
    second = _diagnosis(_("Second"))
    third = _diagnosis(_("Third"))
    confidence = forms.TypedChoiceField(
        choices=[("", _("I would rather not say")), *CONFIDENCE],
        coerce=int,
        empty_value=None,
        required=False,
        label=_("How sure are you of the first?"),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        for name in PLACES:
            self.fields[name].widget.attrs["data-combobox"] = f"{reverse('polls:concepts')}?q="
        self._found: dict[str, Concept] = {}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in PLACES:
            typed = (cleaned.get(name) or "").strip()
            if typed:
                self._look_up(name, typed)
        return cleaned

    def _look_up(self, name: str, typed: str) -> None:
        concept = find_concept(fold(typed))
        if concept is not None:
            self._found[name] = concept
        elif likely := suggest(typed):
            names = ", ".join(one.name for one in likely)
            self.add_error(name, _("Write it as one of these: %(names)s.") % {"names": names})
        else:
            self.add_error(name, _("No listed diagnosis is spelt like that."))

    def concepts(self) -> list[UUID]:
        """Keys of the diagnoses, best first, each once."""
        roots = (one.merged_into_id or one.pk for one in self._found.values())
        return list(dict.fromkeys(roots))
