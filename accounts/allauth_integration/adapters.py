"""allauth's adapters: sign-in with the credential, changed passwords, encrypted second factors."""

from __future__ import annotations

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.signup import prevent_enumeration
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.credential_wrapping import slots
from accounts.models import User, create_slots
from accounts.selectors import read_slots
from accounts.services import credential_slots
from accounts.services.sessions import equalise_sign_up_timing
from accounts.sessions import device_cookie
from accounts.sessions import member_credential as session
from accounts.sessions.known_device import remember_after_response
from sermo.core import crypto, keys
from sermo.core.http import client_network
from sermo.core.unsent.store import remember_account
from sermo.routers import IDENTITY


def user_display(user: User) -> str:
    """What allauth writes for a user (settings.ACCOUNT_USER_DISPLAY): the same for everybody."""
    return _("your account")


class AccountAdapter(DefaultAccountAdapter):
    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Of two sign-ups at once with one address, the later gets the answer for a known address.

        Raises `ImmediateHttpResponse` with it.
        """
        try:
            with transaction.atomic(using=IDENTITY):
                saved: User = super().save_user(request, user, form, commit)
                create_slots(saved.pk)
                return saved
        except IntegrityError:
            email = form.cleaned_data["email"]
            raise ImmediateHttpResponse(prevent_enumeration(request, email=email)) from None

    def send_account_already_exists_mail(self, email: str) -> None:
        """A known address costs the work of a new account: time must not tell them apart."""
        equalise_sign_up_timing()
        super().send_account_already_exists_mail(email)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Sign-in is complete: start the session with the credential of the password or device."""
        session.record_second_factor(request, get_authentication_records(request, user))
        credential = session.pop_pending_credential(request, user)
        if credential is None:
            contents = session.slots_of(request, user)
            session.record_membership(request, is_issued=contents.is_issued)
            credential = slots.open_with_device(contents, device_cookie.device_token(request))
        if credential is not None:
            session.start_member_session(request, user, credential)
        response: HttpResponse = super().post_login(request, user, **kwargs)
        device_cookie.send_device_cookie(request, response)
        remember_after_response(request, user)
        remember_account(response, user.pk)
        return response

    def set_password(self, user: User, password: str) -> None:
        """Called by change and reset. The credential, if it can be unwrapped, gets a new slot.

        Who resets has proved to hold the mailbox: strangers cannot keep this device out any more.
        """
        request = context.request
        remember_after_response(request, user)
        with transaction.atomic(using=IDENTITY):
            super().set_password(user, password)
            contents = read_slots(user.pk)
            if not contents.is_issued or contents.left:
                return
            credential = session.session_credential(request) if request.user == user else None
            if credential is None:
                token = device_cookie.device_token(request)
                credential = slots.open_with_device(contents, token)
            if credential is not None:
                credential_slots.replace_password_slot(
                    user=user, credential=credential, password=password
                )
            else:
                credential_slots.delete_password_slot(user=user)

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Without the context: messages are in a cookie and stand above pages of the community."""
        super().add_message(request, level, message_template, None, extra_tags, message)

    def get_client_ip(self, request: HttpRequest) -> str:
        """For rate limits only."""
        return client_network(request)

    def get_http_user_agent(self, request: HttpRequest) -> str:
        """Empty: e-mail about an account names no device, because a mailbox would keep it."""
        return ""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:welcome")


class MFAAdapter(DefaultMFAAdapter):
    """Secrets of second factors are encrypted under the FIELD key."""

    def encrypt(self, text: str) -> str:
        ciphertext = crypto.encrypt_with_named_key(keys.KeyName.FIELD, "mfa", text.encode())
        return base64.b64encode(ciphertext).decode()

    def decrypt(self, encrypted_text: str) -> str:
        ciphertext = base64.b64decode(encrypted_text)
        return crypto.decrypt_with_named_key(keys.KeyName.FIELD, "mfa", ciphertext).decode()

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        """What a device shows in its list of passkeys: the address, never the id of the user."""
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return entity | {"name": user.email, "display_name": user.email}
