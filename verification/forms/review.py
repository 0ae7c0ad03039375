"""Forms of a reviewer: approve, reject, and ask the applicant."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sermo.core.written_field import WrittenField
from verification.policy.reasons import REASON_LABELS, REFUSAL_REASONS, Reason


class ApproveForm(forms.Form):
    note = WrittenField(
        label=_("Note"),
        help_text=_("For other reviewers. Kept with the decision for a month."),
        max_length=1000,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class RejectForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Reason"),
        help_text=_("A code for the record. The applicant reads a fixed sentence, never this."),
        choices=[("", "Choose a reason"), *((str(r), REASON_LABELS[r]) for r in REFUSAL_REASONS)],
        widget=forms.Select(attrs={"data-shortcut": "r"}),
        error_messages={"required": "Choose the reason."},
    )
    note = WrittenField(
        label=_("What you saw"),
        help_text=_("For other reviewers, and for an appeal. Kept for a month."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say in a sentence what you saw."},
    )

    def reasons(self) -> list[Reason]:
        return [Reason(self.cleaned_data["reason"])]


FREQUENT_QUESTIONS = (
    "Please add a photograph of your licence or registration card. Cover what we do not need.",
    "Please add a letter or badge of your hospital or practice that shows your name.",
    "Your name differs from the register's. Please add something that shows both names.",
    "The photograph cannot be read. Please take it again in good light, without a flash.",
    "Please tell us where and in which year you took your degree.",
)


class ApplicantQuestionForm(forms.Form):
    often = forms.ChoiceField(
        label=_("Asked often"),
        required=False,
        choices=[("", "None of these"), *((text, text) for text in FREQUENT_QUESTIONS)],
        widget=forms.Select(attrs={"data-shortcut": "m"}),
    )
    question = WrittenField(
        label=_("Your own words"),
        help_text=_("The applicant reads it word for word, and can answer and add a document."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("often") and not cleaned.get("question") and not self.errors:
            self.add_error("question", "Choose a question or write what you ask for.")
        return cleaned

    def whole(self) -> str:
        """What the applicant reads: the chosen sentence, then the reviewer's own."""
        parts = (self.cleaned_data["often"], self.cleaned_data["question"])
        return "\n".join(part for part in parts if part)
