"""Private state: what only its member can read, in sections such as follows or drafts.

A section is one row. Its locator is the member's pseudonym in the scope of the section, and its
content is encrypted under a key derived from the member secret and padded: the row tells neither
whose it is nor how much it holds.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import F

from sermo.core import crypto
from sermo.members.models import PrivateState
from sermo.members.pseudonyms import private_state_scope
from sermo.members.viewer import Viewer

PrivateSection = dict[str, Any]
# Content is padded to a multiple of this many bytes.
PADDING_STEP_BYTES = 4096


def load_section(viewer: Viewer, section: str) -> PrivateSection:
    """The content of the section; empty where nothing was ever stored."""
    locator = viewer.pseudonym(private_state_scope(section))
    row = PrivateState.objects.filter(locator=locator).first()
    return decrypt_section(viewer, section, row.ciphertext) if row else {}


@transaction.atomic
def update_section(
    viewer: Viewer, section: str, function: Callable[[PrivateSection], None]
) -> PrivateSection:
    """Let the function change the section in place, under a row lock; the new content."""
    locator = viewer.pseudonym(private_state_scope(section))
    PrivateState.objects.bulk_create(
        [PrivateState(locator=locator, ciphertext=encrypt_section(viewer, section, {}))],
        ignore_conflicts=True,
    )
    row = PrivateState.objects.select_for_update().get(pk=locator)
    content = decrypt_section(viewer, section, row.ciphertext)
    function(content)
    PrivateState.objects.filter(pk=locator).update(
        ciphertext=encrypt_section(viewer, section, content), version=F("version") + 1
    )
    return content


def encrypt_section(viewer: Viewer, section: str, content: PrivateSection) -> bytes:
    """Length, JSON and padding, encrypted under the member's key of this section."""
    encoded = json.dumps(content, separators=(",", ":")).encode()
    return crypto.encrypt(
        _key(viewer, section), crypto.pad_to_multiple(encoded, PADDING_STEP_BYTES)
    )


def decrypt_section(viewer: Viewer, section: str, ciphertext: bytes) -> PrivateSection:
    """What `encrypt_section` encrypted. Raises `DecryptionError` for another member's row."""
    padded = crypto.decrypt(_key(viewer, section), ciphertext)
    content: PrivateSection = json.loads(crypto.unpad_multiple(padded))
    return content


def _key(viewer: Viewer, section: str) -> bytes:
    return hmac.new(viewer.secret, f"private-state-key:{section}".encode(), hashlib.sha256).digest()
