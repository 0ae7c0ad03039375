"""Private state: what only its member can read, in sections; one is what the member follows.

The content of a section is encrypted under a key derived from the member secret. Every member has
every section from entry on, and a change adds rows instead of changing one
(sermo.members.viewer.private_versions): the rows tell neither whose they are nor whether a member
ever stored anything.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import zlib
from collections.abc import Callable
from typing import Any

from django.db import transaction

from sermo.core import crypto
from sermo.members import pseudonyms
from sermo.members.viewer import Viewer
from sermo.members.viewer.private_versions import (
    BASE,
    CHUNK_BYTES,
    DELETED,
    TABLE,
    Version,
    encode_name,
    n_chunks_for,
    read_newest,
    rows_of,
)

PrivateSection = dict[str, Any]
SECTIONS = ("follows",)
# Members of the first version have these too, which nothing writes any more.
EARLIER_SECTIONS = ("drafts", "quizzes")
# What `crypto.encrypt` adds, and the length in front of the padded text.
_ENCRYPTION_BYTES, _LENGTH_BYTES = 40, 4
# Each attempt that fails means that another request of the member has succeeded.
MAX_ATTEMPTS = 100


class ConcurrentChangesError(RuntimeError):
    """Other requests changed the section each time this one tried."""


def load_section(viewer: Viewer, section: str) -> PrivateSection:
    """The content of the section; empty where nothing was ever stored. One statement."""
    return _load(viewer, section)[1]


@transaction.atomic
def update_section(
    viewer: Viewer, section: str, function: Callable[[PrivateSection], None]
) -> PrivateSection:
    """Let the function change the section in place; the new content.

    The function is called again with newer content if another request was faster. Nothing is
    written where it changes nothing. Raises `ConcurrentChangesError`.
    """
    epoch = TABLE.hold_epoch()
    for _ in range(MAX_ATTEMPTS):
        version, content = _load(viewer, section)
        before = json.dumps(content)
        function(content)
        if json.dumps(content) == before:
            return content
        rows = rows_of(
            _locator(viewer.secret, section),
            _following(version, epoch.newest.number),
            encrypt_section(viewer.secret, section, content),
        )
        if TABLE.insert_under(epoch, rows):
            return content
    raise ConcurrentChangesError


def create_private_state(secret: bytes) -> None:
    """Every section of a new member, so that a first use looks like any other. Idempotent."""
    rows: dict[bytes, bytes] = {}
    for section in SECTIONS:
        rows |= rows_of(_locator(secret, section), BASE, encrypt_section(secret, section, {}))
    TABLE.insert_all(rows)


@transaction.atomic
def delete_private_state(viewer: Viewer) -> None:
    """From now on every section is empty; the next nightly renewal deletes the rows. Idempotent.

    Raises `ConcurrentChangesError`.
    """
    epoch = TABLE.hold_epoch()
    for _ in range(MAX_ATTEMPTS):
        rows = {}
        for section in SECTIONS + EARLIER_SECTIONS:
            locator = _locator(viewer.secret, section)
            version, ciphertext = read_newest(locator)
            if ciphertext is not None:
                following = _following(version, epoch.newest.number)
                rows[encode_name(locator, following, 0)] = DELETED
        if not rows or TABLE.insert_under(epoch, rows):
            return
    raise ConcurrentChangesError


def encrypt_section(secret: bytes, section: str, content: PrivateSection) -> bytes:
    """The compressed JSON, padded so that the ciphertext fills a number of chunks."""
    packed = zlib.compress(json.dumps(content, separators=(",", ":")).encode())
    n_chunks = n_chunks_for(len(packed) + _LENGTH_BYTES + _ENCRYPTION_BYTES)
    padded = crypto.pad_to_multiple(packed, n_chunks * CHUNK_BYTES - _ENCRYPTION_BYTES)
    return crypto.encrypt(_key(secret, section), padded)


def decrypt_section(secret: bytes, section: str, ciphertext: bytes) -> PrivateSection:
    """What `encrypt_section` encrypted. Raises `DecryptionError` for another member's row."""
    packed = crypto.unpad_multiple(crypto.decrypt(_key(secret, section), ciphertext))
    # JSON begins with a brace. It was not compressed in older versions.
    encoded = packed if packed.startswith(b"{") else zlib.decompress(packed)
    content: PrivateSection = json.loads(encoded)
    return content


def _load(viewer: Viewer, section: str) -> tuple[Version, PrivateSection]:
    version, ciphertext = read_newest(_locator(viewer.secret, section))
    if ciphertext is None:
        return version, {}
    return version, decrypt_section(viewer.secret, section, ciphertext)


def _following(version: Version, epoch: int) -> Version:
    """The version after this one, written in the epoch with this number."""
    return Version(epoch, version.entry + 1 if version.epoch == epoch else 1)


def _locator(secret: bytes, section: str) -> bytes:
    return pseudonyms.pseudonym(secret, pseudonyms.private_state_scope(section))


def _key(secret: bytes, section: str) -> bytes:
    return hmac.new(secret, f"private-state-key:{section}".encode(), hashlib.sha256).digest()
