"""Where allauth asks us: sign-in that opens seals, passwords that re-seal, secrets encrypted."""

from __future__ import annotations

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts import services, session
from accounts.models import User
from sermo.core import crypto, keys
from sermo.core.http import client_ip

METHODS = "account_authentication_methods"


class AccountAdapter(DefaultAccountAdapter):
    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Sign-in is complete: the pair opened by the password, or by this device, is admitted."""
        methods = request.session.get(METHODS, [])
        request.session["second_factor"] = any(m.get("method") == "mfa" for m in methods)
        pair = session.take_opened(request, user)
        if pair is None and user.membership_issued_month:
            pair = services.open_with_device(user, session.device_token(request))
        if pair is not None:
            session.admit(request, user, pair)
        response: HttpResponse = super().post_login(request, user, **kwargs)
        session.send_device_cookie(request, response)
        return response

    def set_password(self, user: User, password: str) -> None:
        """Change and reset both come here. Whoever can open the pair takes it along."""
        super().set_password(user, password)
        if not user.membership_issued_month:
            return
        request = context.request
        pair = session.pair_of(request) if request.user == user else None
        pair = pair or services.open_with_device(user, session.device_token(request))
        if pair is not None:
            services.reseal_password(user=user, pair=pair, password=password)
        else:
            services.drop_password_seal(user=user)

    def get_client_ip(self, request: HttpRequest) -> str:
        """For rate limits only; headers a client can write do not count."""
        return client_ip(request)

    def get_http_user_agent(self, request: HttpRequest) -> str:
        """Mail about an account names no device: the word would be kept in a mailbox."""
        return ""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:welcome")


class MFAAdapter(DefaultMFAAdapter):
    """Second-factor secrets lie under FLD."""

    def encrypt(self, text: str) -> str:
        box = crypto.close_named(keys.Name.FLD, "mfa", text.encode())
        return base64.b64encode(box).decode()

    def decrypt(self, encrypted_text: str) -> str:
        box = base64.b64decode(encrypted_text)
        return crypto.open_named(keys.Name.FLD, "mfa", box).decode()
