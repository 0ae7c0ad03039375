from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class LeaveForm(forms.Form):
    """What happens to posts under the handle, a confirmation, and the password."""

    named = forms.ChoiceField(
        label=_("Posts under your handle"),
        choices=[
            ("keep", _("Keep my posts under my handle")),
            ("remove", _("Delete my text and pictures")),
        ],
        widget=forms.RadioSelect,
    )
    understood = forms.BooleanField(label=_("I understand that I cannot undo this"))
    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
