"""Forms of entering the community and of recovery."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sermo.core.identifiers import compose
from sermo.core.written_field import WrittenField
from sermo.members.pseudonyms import handles
from sermo.members.services import HandleTaken, InvalidHandle, is_handle_available


def _password_field() -> forms.CharField:
    return forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


def clean_handle(typed: str) -> str:
    """The handle in one spelling. Raises `ValidationError` with the rule it breaks."""
    handle = compose(typed)
    if not handles.is_well_formed(handle) or handles.is_reserved(handle):
        raise forms.ValidationError(InvalidHandle.sentence)
    if not is_handle_available(handle):
        raise forms.ValidationError(HandleTaken.sentence)
    return handle


class ChooseHandleForm(forms.Form):
    """The handle, the wish for e-mail, and the password under which the credential is wrapped."""

    handle = WrittenField(
        label=_("Your name here"),
        help_text=_(
            "Colleagues see this name. Do not use your own, nor one you use elsewhere. "
            "3 to 30 letters and digits."
        ),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    wants_mail = forms.TypedChoiceField(
        label=_("A mail when something happens in a case you follow?"),
        help_text=_(
            "Its cost: whoever holds the store of cases and copies of the letters sent to you can "
            "tell from their times which name here is yours, and so can who steals the key of the "
            "mailer. We keep no letter once it is handed on. None is ever sent about what you say "
            "anonymously. Without mail, the bell on the site tells you everything."
        ),
        choices=[("yes", _("Yes, mail me")), ("no", _("No, the bell is enough"))],
        coerce=lambda answer: answer == "yes",
        widget=forms.RadioSelect,
    )
    password = _password_field()

    def clean_handle(self) -> str:
        return clean_handle(self.cleaned_data["handle"])


class UnlockForm(forms.Form):
    """The password or the recovery code; both, where the password has no slot yet."""

    password = _password_field()
    code = WrittenField(
        label=_("Or your recovery code"),
        help_text=_("Eight groups of four letters and digits; spaces and case do not matter."),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, needs_both: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].required = self.fields["code"].required = needs_both
        if needs_both:
            self.fields["code"].label = _("Your recovery code")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        if not cleaned.get("password") and not cleaned.get("code"):
            raise forms.ValidationError(_("Type your password or your recovery code."))
        return cleaned


class CompleteRecoveryForm(forms.Form):
    """The code of the recovery request, and the password for the new slot."""

    code = WrittenField(
        label=_("The code you wrote down when you asked"),
        help_text=_("Eight groups of four letters and digits; spaces and case do not matter."),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    password = _password_field()


class PasswordForm(forms.Form):
    password = _password_field()
