"""Keeps an unsent form until its author has signed in again.

It lies in the Redis that writes nothing to disk, encrypted under a key that only a cookie of this
browser holds, for 45 minutes. A second cookie says whose words they are: a keyed digest of the
account that signed in last on this browser, which nobody can compute without the server's secret.
Neither the entry nor its name tells who wrote it or where (docs/decisions/0033).
"""

from __future__ import annotations

import hmac
import secrets
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from sermo.core import crypto
from sermo.core.hkdf import hkdf_sha256
from sermo.core.http import client_network
from sermo.core.quotas import KEPT_FORMS, QuotaReached, spend
from sermo.core.unsent.forms import UnsentForm

KEPT_SECONDS = 45 * 60
# Of one form, before compression; and of all forms of an hour, so that they cannot fill the memory.
MAX_FORM_BYTES = 256 * 1024
MAX_BYTES_PER_HOUR = 64 * 1024 * 1024
PADDING_STEP_BYTES = 8192
KEY_COOKIE = f"{settings.COOKIE_PREFIX}unsent"
ACCOUNT_COOKIE = f"{settings.COOKIE_PREFIX}account"
# Longer than a session, because the words of one that ended belong to its account.
ACCOUNT_COOKIE_SECONDS = settings.SESSION_COOKIE_AGE + 86_400
_KEY_BYTES = 32
_SALT_LENGTH = 22  # characters of base64 for 16 bytes


@dataclass(frozen=True)
class KeptForm:
    """A form that was found, and whether the account that is signed in wrote it."""

    form: UnsentForm
    is_own: bool


def keep(request: HttpRequest, response: HttpResponse, form: UnsentForm) -> bool:
    """Keep the form and give this browser the key. False if it could not be kept.

    That is so if the browser does not say whose words they are, if the form is too long, or if too
    much was kept in this hour. A stranger can write what looks like the cookie of an account, so
    one network fills only a part of the memory.
    """
    account = _account_of(request)
    plain = form.to_json()
    if not account or len(plain) > MAX_FORM_BYTES:
        return False
    try:
        spend(KEPT_FORMS, client_network(request))
    except QuotaReached:
        return False
    key = secrets.token_bytes(_KEY_BYTES)
    content = account.encode() + b"\n" + zlib.compress(plain)
    sealed = crypto.encrypt(_derive(key), crypto.pad_to_multiple(content, PADDING_STEP_BYTES))
    if not _within_budget(len(sealed)):
        return False
    cache.set(_name(key), sealed, timeout=KEPT_SECONDS)
    _set_cookie(response, KEY_COOKIE, urlsafe_b64encode(key).decode(), KEPT_SECONDS)
    return True


def has_key(request: HttpRequest) -> bool:
    """Whether this browser may have a kept form. Reads nothing."""
    return bool(request.COOKIES.get(KEY_COOKIE))


def kept_form(request: HttpRequest) -> KeptForm | None:
    """The form that this browser has the key of, if it is still kept."""
    key = _key_of(request)
    sealed = cache.get(_name(key)) if key else None
    if not sealed or key is None:
        return None
    try:
        content = crypto.unpad_multiple(crypto.decrypt(_derive(key), sealed))
    except crypto.DecryptionError:
        return None
    account, _newline, plain = content.partition(b"\n")
    form = UnsentForm.from_json(zlib.decompress(plain))
    return KeptForm(form, _is_account(request, account.decode()))


def forget(request: HttpRequest, response: HttpResponse) -> None:
    """Delete the kept form and its key."""
    key = _key_of(request)
    if key:
        cache.delete(_name(key))
    response.delete_cookie(KEY_COOKIE, samesite="Lax")


def remember_account(response: HttpResponse, user_key: object) -> None:
    """Have this browser say, under a keyed digest, which account signed in last."""
    _set_cookie(response, ACCOUNT_COOKIE, _account_mark(user_key), ACCOUNT_COOKIE_SECONDS)


def _account_of(request: HttpRequest) -> str:
    """The mark of the account that is signed in, or was before its session ended; "" unknown."""
    if request.user.is_authenticated:
        return _account_mark(request.user.pk)
    mark = request.COOKIES.get(ACCOUNT_COOKIE, "")
    return mark if len(mark) > _SALT_LENGTH and mark.isascii() else ""


def _account_mark(user_key: object, salt: str = "") -> str:
    salt = salt or secrets.token_urlsafe(16)
    digest = salted_hmac("sermo.unsent.account", f"{salt}:{user_key}", algorithm="sha256")
    return salt + digest.hexdigest()


def _is_account(request: HttpRequest, mark: str) -> bool:
    if not request.user.is_authenticated:
        return False
    own = _account_mark(request.user.pk, salt=mark[:_SALT_LENGTH])
    return hmac.compare_digest(own, mark)


def _key_of(request: HttpRequest) -> bytes | None:
    try:
        key = urlsafe_b64decode(request.COOKIES.get(KEY_COOKIE, ""))
    except ValueError:
        return None
    return key if len(key) == _KEY_BYTES else None


def _derive(key: bytes) -> bytes:
    return hkdf_sha256(key, info="unsent-form-content")


def _name(key: bytes) -> str:
    return "unsent:" + hkdf_sha256(key, info="unsent-form-name").hex()


def _within_budget(size: int) -> bool:
    """Count the bytes; False if they would be too many for this hour."""
    name = "unsent-bytes"
    cache.add(name, 0, timeout=3600)
    try:
        return int(cache.incr(name, size)) <= MAX_BYTES_PER_HOUR
    except ValueError:  # the hour ended between the two calls
        return True


def _set_cookie(response: HttpResponse, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
