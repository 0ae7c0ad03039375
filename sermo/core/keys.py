"""Every key of the product, by name and version. No other module reads keys.

A key is the environment variable `SERMO_KEY_<NAME>` with the value `<version>:<base64 of 32
bytes>`: first the current version, then older ones after commas, which still decrypt old data
(docs/design/anonymity.md, keys). Demo keys begin with `demo.` and are refused in production.

This module imports no Django, because the one-command start makes its demo keys with it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache

from nacl.public import PrivateKey

from sermo.core.hkdf import hkdf_sha256

KEY_BYTES = 32


class KeyName(Enum):
    """docs/architecture.md lists which process holds which key."""

    FIELD = "FIELD"  # wraps each person's data key
    EMAIL = "EMAIL"  # the e-mail column
    BLIND_INDEX = "BLIND_INDEX"  # blind index of the licence number
    PEPPER = "PEPPER"  # pepper of the password slots
    SESSION = "SESSION"  # encrypted sessions
    OUTER = "OUTER"  # outer layer of the blinded rows
    MAIL_PUBLIC = "MAIL_PUBLIC"
    MAIL_PRIVATE = "MAIL_PRIVATE"
    MODERATION_PUBLIC = "MODERATION_PUBLIC"
    MODERATION_PRIVATE = "MODERATION_PRIVATE"
    INNER_PUBLIC = "INNER_PUBLIC"
    INNER_PRIVATE = "INNER_PRIVATE"
    CUSTODIAN_1_PUBLIC = "CUSTODIAN_1_PUBLIC"
    CUSTODIAN_2_PUBLIC = "CUSTODIAN_2_PUBLIC"
    CUSTODIAN_3_PUBLIC = "CUSTODIAN_3_PUBLIC"


SYMMETRIC = (
    KeyName.FIELD,
    KeyName.EMAIL,
    KeyName.BLIND_INDEX,
    KeyName.PEPPER,
    KeyName.SESSION,
    KeyName.OUTER,
)
PUBLIC = (
    KeyName.MAIL_PUBLIC,
    KeyName.MODERATION_PUBLIC,
    KeyName.INNER_PUBLIC,
    KeyName.CUSTODIAN_1_PUBLIC,
    KeyName.CUSTODIAN_2_PUBLIC,
    KeyName.CUSTODIAN_3_PUBLIC,
)
PRIVATE_OF_PROCESS: Mapping[str, tuple[KeyName, ...]] = {
    "mailer": (KeyName.MAIL_PRIVATE,),
    "sealed": (KeyName.MODERATION_PRIVATE, KeyName.INNER_PRIVATE),
}


class MissingKeyError(Exception):
    """A key is absent or malformed. The message names the variable, never its value."""


@dataclass(frozen=True)
class Key:
    """One version of a key."""

    name: KeyName
    version: int
    material: bytes = field(repr=False)
    is_demo: bool = False

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose: HKDF-SHA256 (RFC 5869) with the purpose as info."""
        return _derive(self.material, purpose)


@lru_cache(maxsize=256)
def _derive(material: bytes, purpose: str) -> bytes:
    """Kept, because some keys are needed several times in each request."""
    return hkdf_sha256(material, info=purpose, length=KEY_BYTES)


def _parse(name: KeyName, item: str) -> Key:
    demo = item.startswith("demo.")
    version, colon, encoded = item.removeprefix("demo.").partition(":")
    try:
        material = base64.b64decode(encoded, validate=True)
    except ValueError:
        material = b""
    if not (colon and version.isdigit() and len(material) == KEY_BYTES):
        raise MissingKeyError(
            f"SERMO_KEY_{name.value} must be <version>:<base64 of 32 bytes>. See .env.example."
        )
    return Key(name, int(version), material, demo)


@lru_cache(maxsize=64)
def _parse_all(name: KeyName, value: str) -> tuple[Key, ...]:
    keys = tuple(_parse(name, item.strip()) for item in value.split(","))
    if len({key.version for key in keys}) != len(keys):
        raise MissingKeyError(f"SERMO_KEY_{name.value} names one version twice.")
    return keys


def parse(name: KeyName, value: str) -> tuple[Key, ...]:
    """The versions in the value of a variable, current first.

    Raises `MissingKeyError` if the value is malformed.
    """
    return _parse_all(name, value)


def versions(name: KeyName) -> tuple[Key, ...]:
    """Every version that this process holds, current first.

    Raises `MissingKeyError` if the variable is not set or is malformed.
    """
    value = os.environ.get(f"SERMO_KEY_{name.value}", "")
    if not value:
        raise MissingKeyError(f"SERMO_KEY_{name.value} is not set. See .env.example.")
    return _parse_all(name, value)


def current(name: KeyName) -> Key:
    """The version that encrypts new data. Raises `MissingKeyError` if the variable is not set."""
    override = _current_override.get()
    return override if override is not None and override.name == name else versions(name)[0]


def version(name: KeyName, number: int) -> Key:
    """The version with this number. Raises `MissingKeyError` if this process does not hold it."""
    for key in versions(name):
        if key.version == number:
            return key
    raise MissingKeyError(f"SERMO_KEY_{name.value} no longer holds version {number}.")


_current_override: ContextVar[Key | None] = ContextVar("current_override", default=None)


@contextmanager
def use_version(key: Key) -> Iterator[None]:
    """In this block, `current` returns this version: to look up values that it made."""
    token = _current_override.set(key)
    try:
        yield
    finally:
        _current_override.reset(token)


def require_keys(process: str, *, allow_demo: bool) -> None:
    """Raises `MissingKeyError` if a key of this process is missing, or is a forbidden demo key."""
    for name in (*SYMMETRIC, *PUBLIC, *PRIVATE_OF_PROCESS.get(process, ())):
        for key in versions(name):
            if key.is_demo and not allow_demo:
                raise MissingKeyError(f"SERMO_KEY_{name.value} is a demonstration key.")


def keyed_digest(name: KeyName, purpose: str, value: bytes) -> bytes:
    """HMAC-SHA256 of the value, under a key derived for the purpose; 32 bytes.

    Raises `MissingKeyError` if the key is not set.
    """
    return hmac.new(current(name).derive(purpose), value, hashlib.sha256).digest()


def format_key(version: int, material: bytes, *, is_demo: bool) -> str:
    """One version in the format of the variable."""
    return f"{'demo.' if is_demo else ''}{version}:{base64.b64encode(material).decode()}"


def generate_environment(*, demo: bool) -> dict[str, str]:
    """New keys: a value for every variable, those of private and custodian keys included."""

    def value(material: bytes) -> str:
        return format_key(1, material, is_demo=demo)

    variables = {
        f"SERMO_KEY_{name.value}": value(secrets.token_bytes(KEY_BYTES)) for name in SYMMETRIC
    }
    for pair in ("MAIL", "MODERATION", "INNER", "CUSTODIAN_1", "CUSTODIAN_2", "CUSTODIAN_3"):
        private = PrivateKey.generate()
        variables[f"SERMO_KEY_{pair}_PRIVATE"] = value(bytes(private))
        variables[f"SERMO_KEY_{pair}_PUBLIC"] = value(bytes(private.public_key))
    return variables


def generate_demo_environment() -> dict[str, str]:
    """New demo keys, for the one-command start."""
    return generate_environment(demo=True)


if __name__ == "__main__":
    for variable, new_value in generate_environment(demo=False).items():
        print(f"{variable}={new_value}")  # noqa: T201  # this is its output
