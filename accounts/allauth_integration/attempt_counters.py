"""Whom allauth's limits count: devices that are known, else networks and accounts.

allauth counts by address and by account, so that a stranger who knows an email address keeps its
owner out. Here every counter has one of these subjects:

    user                 somebody who is signed in, for their own acts
    device               one on which the account has been used (accounts.sessions.known_device)
    network              a visitor, for limits by address
    account              what visitors try with one account, all unknown devices together
    account and network  emails that visitors ask for: one stranger uses up one network's

Docs: docs/decisions/0034-who-counts-as-one-client.md.
"""

from __future__ import annotations

import inspect
from uuid import UUID

from allauth.account.internal.flows.password_reset_by_code import (
    PASSWORD_RESET_VERIFICATION_SESSION_KEY,
)
from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.account.utils import url_str_to_user_pk
from allauth.core.internal import ratelimit
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

from accounts.models import User
from accounts.sessions.known_device import has_known_accounts, known_device
from sermo.core.http import client_network
from sermo.core.identifiers import normalise_email

# The field in which a visitor types the account, by the name of the address.
TYPED_IN = {"account_login": "login", "account_reset_password": "email"}
# Limits of what a visitor can have sent to anybody's mailbox.
EMAIL_ACTIONS = {"confirm_email", "reset_password"}
# How allauth names the account in the limit of second factors.
_SECOND_FACTOR = "mfa-auth-user-"
_PARAMETERS = ["request", "app", "action", "rate", "key", "user"]


def count_by_device() -> None:
    """Called once, after all models are loaded.

    Raises `ImproperlyConfigured` if a version of allauth names its counters in another way.
    """
    if list(inspect.signature(ratelimit.get_cache_key).parameters) != _PARAMETERS:
        raise ImproperlyConfigured(
            "allauth no longer names its counters in ratelimit.get_cache_key: change "
            "accounts.allauth_integration.attempt_counters so that no stranger keeps an owner out."
        )
    ratelimit.get_cache_key = counter_name


def counter_name(
    request: HttpRequest,
    *,
    app: str,
    action: str,
    rate: ratelimit.Rate,
    key: str | None = None,
    user: User | None = None,
) -> str:
    """The counter of one limit for one subject; the cache keys its name (settings.CACHES)."""
    subject = _subject(request, action, rate.per, key or "", user)
    return ":".join(["attempts", app, action, str(rate), *subject])


def _subject(
    request: HttpRequest, action: str, per: str, key: str, user: User | None
) -> tuple[str, ...]:
    if per == "user" or request.user.is_authenticated:
        return "user", str((user or request.user).pk)
    account = _account_of_key(request, key) if per == "key" else _account_of_request(request)
    device = known_device(request, account) if account else ""
    if device:
        return "device", device
    if per == "ip":
        return "network", client_network(request)
    if action in EMAIL_ACTIONS:
        return "account", _typed_account(key), client_network(request)
    return "account", _typed_account(key)


def _typed_account(key: str) -> str:
    """allauth puts the host before the address; one account has one counter on all hosts."""
    return normalise_email(key.rpartition(":")[2])


def _account_of_key(request: HttpRequest, key: str) -> User | None:
    if key.startswith(_SECOND_FACTOR):
        return _find(request, pk=UUID(key.removeprefix(_SECOND_FACTOR)))
    return _find(request, email=_typed_account(key))


def _account_of_request(request: HttpRequest) -> User | None:
    """The account that a visitor types, or for which this session has begun a sign-in or reset."""
    match = request.resolver_match
    field = TYPED_IN.get(match.url_name or "") if match else None
    if field:
        return _find(request, email=normalise_email(request.POST.get(field, "")))
    login = request.session.get(LOGIN_SESSION_KEY) or {}
    reset = request.session.get(PASSWORD_RESET_VERIFICATION_SESSION_KEY) or {}
    begun = login.get("user_pk") or reset.get("user_id")
    return _find(request, pk=url_str_to_user_pk(begun)) if begun else None


def _find(request: HttpRequest, **who: object) -> User | None:
    """The account, if this device knows any: a stranger's request costs no statement here."""
    if not has_known_accounts(request):
        return None
    found: dict[str, User | None] = vars(request).setdefault("_accounts_of_attempts", {})
    name = str(who)
    if name not in found:
        found[name] = User.objects.filter(**who).first()
    return found[name]
