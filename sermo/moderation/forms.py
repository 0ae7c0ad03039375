from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from sermo.moderation.models import Reason


class ReportForm(forms.Form):
    """A member's report; also a moderator's reason for a decision."""

    reason = forms.ChoiceField(
        label=_("What is wrong?"), choices=Reason.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("Anything the moderators should know"),
        help_text=_("Only moderators read this. Leave out names."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class DecisionForm(forms.Form):
    reason = forms.ChoiceField(label=_("Reason"), choices=Reason.choices)
    note = forms.CharField(
        label=_("Note for the log"),
        help_text=_("Members read this in the log. No names, no clinical details."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
