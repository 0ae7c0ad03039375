"""Forms of the status page: the contact code and the answer to a reviewer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sermo.core.written_field import WrittenField
from verification.forms.joining import ACCEPTED_TYPES


class ContactCodeForm(forms.Form):
    code = WrittenField(
        label=_("Code of 8 digits"),
        help_text=_("It went to the contact that the register holds for your licence."),
        max_length=20,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false"}
        ),
        error_messages={"required": "Enter the code."},
    )


class ReviewerAnswerForm(forms.Form):
    answer = WrittenField(
        label=_("Your answer"),
        help_text=_("Only reviewers read it."),
        max_length=1500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    file = forms.FileField(
        label=_("A document"),
        help_text=_(
            "JPEG, PNG, WebP or PDF, up to 15 MB. A reviewer looks at it, every look is "
            "logged, and it is deleted after the decision."
        ),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPTED_TYPES}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("answer") and not cleaned.get("file") and not self.errors:
            self.add_error("answer", "Write an answer, add a document, or both.")
        return cleaned

    def content(self) -> bytes | None:
        uploaded = self.cleaned_data.get("file")
        return uploaded.read() if uploaded else None
