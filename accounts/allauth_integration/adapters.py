"""Where allauth asks us: sign-in that opens seals, passwords that re-seal, secrets encrypted."""

from __future__ import annotations

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.signup import prevent_enumeration
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts import services
from accounts.models import User
from accounts.sessions import member_credential as session
from sermo.core import crypto, keys
from sermo.core.http import client_ip
from sermo.routers import IDENTITY

# The longest address there is (RFC 5321); its box still fits its column and capsule.
MAX_EMAIL_LENGTH = 254


class AccountAdapter(DefaultAccountAdapter):
    def clean_email(self, email: str) -> str:
        """Raises `ValidationError` for an address longer than any can be."""
        if len(email) > MAX_EMAIL_LENGTH:
            raise ValidationError(EmailValidator.message, code="invalid")
        return email

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Two sign-ups at once with one address: the later answers as for any address known."""
        try:
            with transaction.atomic(using=IDENTITY):
                return super().save_user(request, user, form, commit)  # type: ignore[no-any-return]
        except IntegrityError:
            email = form.cleaned_data["email"]
            raise ImmediateHttpResponse(prevent_enumeration(request, email=email)) from None

    def send_account_already_exists_mail(self, email: str) -> None:
        """An address known costs what a new account costs: a hash (no oracle by time)."""
        services.equalise_sign_up_timing()
        super().send_account_already_exists_mail(email)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Sign-in is complete: the pair opened by the password, or by this device, is admitted."""
        session.record_second_factor(request, get_authentication_records(request, user))
        pair = session.pop_pending_credential(request, user)
        if pair is None and user.membership_issued_month:
            pair = services.unwrap_with_device(user, session.device_token(request))
        if pair is not None:
            session.start_member_session(request, user, pair)
        response: HttpResponse = super().post_login(request, user, **kwargs)
        session.send_device_cookie(request, response)
        return response

    def set_password(self, user: User, password: str) -> None:
        """Change and reset both come here. Whoever can open the pair takes it along."""
        request = context.request
        with transaction.atomic(using=IDENTITY):
            super().set_password(user, password)
            if not user.membership_issued_month:
                return
            pair = session.session_credential(request) if request.user == user else None
            pair = pair or services.unwrap_with_device(user, session.device_token(request))
            if pair is not None:
                services.replace_password_slot(user=user, pair=pair, password=password)
            else:
                services.delete_password_slot(user=user)

    def get_client_ip(self, request: HttpRequest) -> str:
        """For rate limits only; headers a client can write do not count."""
        return client_ip(request)

    def get_http_user_agent(self, request: HttpRequest) -> str:
        """Mail about an account names no device: the word would be kept in a mailbox."""
        return ""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:welcome")


class MFAAdapter(DefaultMFAAdapter):
    """Second-factor secrets lie under FIELD."""

    def encrypt(self, text: str) -> str:
        box = crypto.encrypt_with_named_key(keys.KeyName.FIELD, "mfa", text.encode())
        return base64.b64encode(box).decode()

    def decrypt(self, encrypted_text: str) -> str:
        box = base64.b64decode(encrypted_text)
        return crypto.decrypt_with_named_key(keys.KeyName.FIELD, "mfa", box).decode()

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        """What the device shows in its list of passkeys: the address, never our id of a person."""
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return entity | {"name": user.email, "display_name": user.email}
