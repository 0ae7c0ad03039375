"""What an answerer fills in."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.deid import text as deid
from polls.models import MOST_RANKS, Option, PollKind
from polls.selectors import PollPage
from sermo.members.models import ShownAs

CONFIDENCE = [
    ("5", _("5: sure")),
    ("4", _("4")),
    ("3", _("3")),
    ("2", _("2")),
    ("1", _("1: a guess")),
]


class VoteForm(forms.Form):
    """One tap is an answer; ranks, a diagnosis of one's own and reasons are extras."""

    choice = forms.MultipleChoiceField(required=False)
    added = forms.CharField(max_length=200, required=False)
    confidence = forms.TypedChoiceField(
        choices=[("", ""), *CONFIDENCE], coerce=int, empty_value=None, required=False
    )
    reasoning = forms.CharField(max_length=8000, required=False)
    shown_as = forms.ChoiceField(choices=ShownAs.choices, required=False)
    change = forms.BooleanField(required=False)
    keep = forms.CharField(required=False)

    def __init__(self, data: Any = None, *, page: PollPage) -> None:
        super().__init__(data)
        self.page = page
        self.by_id = {str(option.pk): option for option in page.options}
        choices = [(key, option.label) for key, option in self.by_id.items()]
        self.fields["choice"] = forms.MultipleChoiceField(required=False, choices=choices)
        for rank in range(2, MOST_RANKS + 1):
            self.fields[f"rank_{rank}"] = forms.ChoiceField(
                required=False, choices=[("", ""), *choices]
            )
        self.hits: list[str] = []
        self.digest = ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("choice") and not (cleaned.get("added") or "").strip():
            raise forms.ValidationError(_("Choose one answer, or add one."))
        self._scan(cleaned)
        return cleaned

    def _scan(self, cleaned: dict[str, Any]) -> None:
        """What may tell who a patient is has to be decided before it is said."""
        texts = [cleaned.get("added") or "", cleaned.get("reasoning") or ""]
        self.hits = [text[span.start : span.end] for text in texts for span in deid.scan(text)]
        self.digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:24]
        if self.hits and cleaned.get("keep") != self.digest:
            raise forms.ValidationError(
                _("Some words may tell who a patient is. Change them, or say that they do not.")
            )

    @property
    def ranked(self) -> list[Option]:
        """The options chosen, best first."""
        chosen = list(self.cleaned_data["choice"])
        if self.page.poll.kind == PollKind.DIAGNOSIS:
            chosen = chosen[:1]
            chosen += [self.cleaned_data.get(f"rank_{n}") for n in range(2, MOST_RANKS + 1)]
        return [self.by_id[key] for key in dict.fromkeys(chosen) if key]
