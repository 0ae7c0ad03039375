"""allauth's forms, where this site differs."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms
from allauth.mfa.webauthn.internal import auth


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
