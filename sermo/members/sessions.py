"""Sealed sessions: a dump of them is noise (ANONYMITY.md §1).

The cookie holds 32 random bytes; their SHA-256 names the row in Redis, which is a secret box
under HKDF(cookie secret, SESSION key). Without the cookie the row cannot be found; without
both it cannot be decrypted.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError

from sermo.core import crypto, keys
from sermo.core.redis import connection

COOKIE_BYTES = 32
# Boxes come in steps of this many bytes, so that their size tells nothing of who sits in it.
STEP = 2048
LENGTH_BYTES = 4


def new_cookie_secret() -> str:
    return secrets.token_urlsafe(COOKIE_BYTES)


def _row_name(cookie: str) -> str:
    return "s:" + hashlib.sha256(cookie.encode()).hexdigest()


def _row_key(cookie: str, key: keys.Key) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=key.derive("session"), info=b"session").derive(
        cookie.encode()
    )


class SessionStore(SessionBase):
    """Django's session interface over sealed rows."""

    def _get_new_session_key(self) -> str:
        return new_cookie_secret()

    def load(self) -> dict[str, Any]:
        cookie = self.session_key
        box = connection().get(_row_name(cookie)) if cookie else None
        data = self._open(cookie, bytes(box)) if cookie and box else None  # type: ignore[arg-type]
        if data is None:
            self._session_key = None
            return {}
        return data

    def _open(self, cookie: str, box: bytes) -> dict[str, Any] | None:
        try:
            key = keys.version(keys.KeyName.SESSION, int.from_bytes(box[:2], "big"))
            padded = crypto.decrypt(_row_key(cookie, key), box[2:])
            length = int.from_bytes(padded[:LENGTH_BYTES], "big")
            plain: dict[str, Any] = json.loads(padded[LENGTH_BYTES : LENGTH_BYTES + length])
        except (keys.MissingKeyError, crypto.DecryptionError, ValueError):
            return None
        return plain

    def _close(self, cookie: str, data: dict[str, Any]) -> bytes:
        key = keys.current(keys.KeyName.SESSION)
        plain = json.dumps(data).encode()
        framed = len(plain).to_bytes(LENGTH_BYTES, "big") + plain
        padded = framed + bytes(-len(framed) % STEP)
        return key.version.to_bytes(2, "big") + crypto.encrypt(_row_key(cookie, key), padded)

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
        """A row lives seven days from sign-in, whatever happens in it (ANONYMITY.md §6)."""
        if self.session_key is None:
            return self.create()
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        stored = connection().set(
            _row_name(self.session_key),
            self._close(self.session_key, data),
            ex=settings.SESSION_COOKIE_AGE if must_create else None,
            keepttl=not must_create,
            nx=must_create,
            xx=not must_create,
        )
        if not stored:
            raise CreateError if must_create else UpdateError
        return None

    def delete(self, session_key: str | None = None) -> None:
        cookie = session_key or self.session_key
        if cookie:
            connection().delete(_row_name(cookie))

    @classmethod
    def clear_expired(cls) -> None:
        """Redis forgets them itself."""
