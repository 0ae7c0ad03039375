"""Forms of reports and of moderators' decisions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sermo.moderation.models import ReportReason


class ReportForm(forms.Form):
    """A member's report; also a moderator's reason for a decision."""

    reason = forms.ChoiceField(
        label=_("What is wrong?"), choices=ReportReason.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("Anything the moderators should know"),
        help_text=_("Only moderators read this. Leave out names."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class DecisionForm(forms.Form):
    """A moderator's reason, and a note for the public log."""

    reason = forms.ChoiceField(label=_("Reason"), choices=ReportReason.choices)
    note = forms.CharField(
        label=_("Note for the log"),
        help_text=_("Members read this in the log. No names, no clinical details."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class PictureForm(forms.Form):
    """A moderator's note to the author; required to return or refuse a picture."""

    note = forms.CharField(
        label=_("Sentence for the author"),
        help_text=_("Needed to send back or refuse. The author reads it."),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )

    def __init__(self, *args: Any, action: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].required = action in {"return", "refuse"}
        self.fields["note"].error_messages["required"] = _("Say why, in one sentence.")
        self.fields["note"].widget.is_required = False
