from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class LeaveForm(forms.Form):
    """What happens to posts under the handle, a confirmation, and the password."""

    named = forms.ChoiceField(
        label=_("What stands under your name here"),
        choices=[
            ("keep", _("It stays: colleagues go on reading it under that name")),
            ("remove", _("It goes: cases and comments are emptied, their pictures deleted")),
        ],
        widget=forms.RadioSelect,
    )
    understood = forms.BooleanField(
        label=_("I understand that nobody can undo this or find what I wrote anonymously")
    )
    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
