"""Encrypted sessions: a dump of them is noise (docs/design/anonymity.md, three identities).

The cookie holds 32 random bytes. Their SHA-256 is the name of the row in Redis, which is encrypted
under HKDF(cookie secret, SESSION key). Without the cookie the row cannot be found; without both it
cannot be decrypted.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError

from sermo.core import crypto, keys
from sermo.core.hkdf import hkdf_sha256
from sermo.core.redis import connection

COOKIE_BYTES = 32
# Sessions are padded to a multiple of this many bytes: size tells nothing about whose it is.
PADDING_STEP_BYTES = 2048
# Seconds for which the session of somebody who has not signed in is kept: a code lasts 15 minutes.
VISITOR_SECONDS = 3600


def new_cookie_secret() -> str:
    """32 random bytes as text for a cookie."""
    return secrets.token_urlsafe(COOKIE_BYTES)


def _row_name(cookie: str) -> str:
    return "s:" + hashlib.sha256(cookie.encode()).hexdigest()


def _row_key(cookie: str, key: keys.Key) -> bytes:
    return hkdf_sha256(cookie.encode(), info="session", salt=key.derive("session"))


def encrypt_session(cookie: str, data: dict[str, Any]) -> bytes:
    """The row of a session: two bytes of key version, ciphertext."""
    key = keys.current(keys.KeyName.SESSION)
    padded = crypto.pad_to_multiple(json.dumps(data).encode(), PADDING_STEP_BYTES)
    return key.version.to_bytes(2, "big") + crypto.encrypt(_row_key(cookie, key), padded)


def decrypt_session(cookie: str, row: bytes) -> dict[str, Any] | None:
    """What `encrypt_session` encrypted; None for another cookie, another key or a changed row."""
    try:
        key = keys.version(keys.KeyName.SESSION, int.from_bytes(row[:2], "big"))
        padded = crypto.decrypt(_row_key(cookie, key), row[2:])
        data: dict[str, Any] = json.loads(crypto.unpad_multiple(padded))
    except (keys.MissingKeyError, crypto.DecryptionError, ValueError):
        return None
    return data


def _lifetime(is_signed_in: bool) -> int:
    return int(settings.SESSION_COOKIE_AGE) if is_signed_in else VISITOR_SECONDS


class SessionStore(SessionBase):
    """Django's session interface over encrypted rows in Redis."""

    # Whether the stored row lasts as long as that of a user who has signed in.
    _lasts = False

    def _get_new_session_key(self) -> str:
        return new_cookie_secret()

    def load(self) -> dict[str, Any]:
        cookie = self.session_key
        row = connection().get(_row_name(cookie)) if cookie else None
        data = decrypt_session(cookie, bytes(row)) if cookie and row else None  # type: ignore[arg-type]
        if data is None:
            self._session_key = None
            return {}
        self._lasts = SESSION_KEY in data
        return data

    def exists(self, session_key: str) -> bool:
        return bool(connection().exists(_row_name(session_key)))

    def create(self) -> None:
        while True:
            self._session_key = self._get_new_session_key()
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        """Store the session. It ends seven days after sign-in, whatever is done in it.

        That of a visitor ends an hour after it began.

        Raises `CreateError` if the name is taken, `UpdateError` if the session has ended.
        """
        if self.session_key is None:
            return self.create()
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        is_signed_in = SESSION_KEY in data
        is_first = must_create or (is_signed_in and not self._lasts)
        stored = connection().set(
            _row_name(self.session_key),
            encrypt_session(self.session_key, data),
            ex=_lifetime(is_signed_in) if is_first else None,
            keepttl=not is_first,
            nx=must_create,
            xx=not must_create,
        )
        if not stored:
            raise CreateError if must_create else UpdateError
        self._lasts = is_signed_in
        return None

    def delete(self, session_key: str | None = None) -> None:
        cookie = session_key or self.session_key
        if cookie:
            connection().delete(_row_name(cookie))

    @classmethod
    def clear_expired(cls) -> None:
        """Redis deletes expired rows itself."""
