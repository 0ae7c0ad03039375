"""allauth's forms, where this site differs."""

from __future__ import annotations

from typing import Any

from allauth.account import fields
from allauth.account import forms as account_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms
from allauth.mfa.webauthn.internal import auth
from django import forms as django_forms

from sermo.core.identifiers import normalise_email, validate_email


class AddressField(fields.EmailField):
    """An address in any script; the one spelling of it that is stored and looked up.

    Browsers refuse letters of other scripts in a field of type email.
    """

    default_validators = [validate_email]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        attributes = {"autocomplete": "email", "autocapitalize": "none", "inputmode": "email"}
        kwargs["widget"] = django_forms.TextInput(attrs={**attributes, "spellcheck": "false"})
        super().__init__(*args, **kwargs)

    def clean(self, value: Any) -> str:
        return normalise_email(super().clean(value))


class _AddressMixin:
    """Replaces allauth's field for addresses, whatever the form calls it."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {"login", "email"} & set(self.fields):
            self.fields[name] = AddressField(label=self.fields[name].label)


class LoginForm(_AddressMixin, account_forms.LoginForm):
    """Sign-in."""


class SignupForm(_AddressMixin, account_forms.SignupForm):
    """Sign-up."""


class ResetPasswordForm(_AddressMixin, account_forms.ResetPasswordForm):
    """The address to which a code for a new password goes."""


class AddEmailForm(_AddressMixin, account_forms.AddEmailForm):
    """The address that replaces the present one."""


class ChangeEmailForm(_AddressMixin, account_forms.ChangeEmailForm):
    """Another address, while the code for the first is awaited."""


class _UncountedCredential:
    """A signature cannot be guessed: wrong codes of an app do not keep a passkey out."""

    user: Any
    cleaned_data: dict[str, Any]

    def clean_credential(self) -> Authenticator:
        """Refuse a credential of another person, or none, as the form's error."""
        credential = self.cleaned_data["credential"]
        auth.parse_authentication_response(credential)
        return auth.complete_authentication(self.user, credential)


class AuthenticateWebAuthnForm(_UncountedCredential, forms.AuthenticateWebAuthnForm):
    """The second factor of a sign-in."""


class ReauthenticateWebAuthnForm(_UncountedCredential, forms.ReauthenticateWebAuthnForm):
    """Asked again before a sensitive change."""
