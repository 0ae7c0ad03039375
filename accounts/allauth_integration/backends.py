"""Checking a password and unwrapping the credential in one step."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from accounts import services
from accounts.credential_wrapping import passwords
from accounts.models import User
from accounts.sessions import member_credential as session


class CredentialUnwrappingBackend(AuthenticationBackend):
    """allauth's backend. Known and unknown addresses, members and others, cost the same work."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        password = credentials.get("password") or ""
        user: User | None = super().authenticate(request, **credentials)
        if not password:
            return user
        if user is None:
            passwords.equalise_timing(password)
            return None
        contents = session.slots_of(request, user) if request is not None else None
        credential = services.unwrap_with_password(user, password, contents)
        if credential and request is not None:
            session.store_pending_credential(request, user, credential)
        return user

    def get_user(self, user_id: Any) -> User | None:
        user = User.objects.filter(pk=user_id).first()
        return user if user and user.is_active else None

    # Permissions are roles here (sermo.core.access); Django's tables of them stay empty.
    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return False

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return False
