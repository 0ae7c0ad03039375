"""What only its member can read: shelves of private state, under locators only they can compute.

A row's name is tag(secret, shelf); its box is closed under a key derived from the secret, and
padded, so that it tells neither whose it is nor how much it holds.
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
# Boxes come in steps of this many bytes.
PADDING_STEP_BYTES = 4096
LENGTH_BYTES = 4


def load_section(viewer: Viewer, shelf: str) -> PrivateSection:
    """What lies on the shelf; empty where nothing was ever put there."""
    row = PrivateState.objects.filter(locator=viewer.pseudonym(private_state_scope(shelf))).first()
    return decrypt_section(viewer, shelf, row.box) if row else {}


@transaction.atomic
def update_section(
    viewer: Viewer, shelf: str, function: Callable[[PrivateSection], None]
) -> PrivateSection:
    """Let the function change the shelf in place, one change at a time; what lies there now."""
    locator = viewer.pseudonym(private_state_scope(shelf))
    PrivateState.objects.bulk_create(
        [PrivateState(locator=locator, box=encrypt_section(viewer, shelf, {}))],
        ignore_conflicts=True,
    )
    row = PrivateState.objects.select_for_update().get(pk=locator)
    state = decrypt_section(viewer, shelf, row.box)
    function(state)
    PrivateState.objects.filter(pk=locator).update(
        box=encrypt_section(viewer, shelf, state), version=F("version") + 1
    )
    return state


def _key(viewer: Viewer, shelf: str) -> bytes:
    return hmac.new(viewer.secret, f"shelf-key:{shelf}".encode(), hashlib.sha256).digest()


def encrypt_section(viewer: Viewer, shelf: str, state: PrivateSection) -> bytes:
    plain = json.dumps(state, separators=(",", ":")).encode()
    framed = len(plain).to_bytes(LENGTH_BYTES, "big") + plain
    padded = framed + bytes(-len(framed) % PADDING_STEP_BYTES)
    return crypto.encrypt(_key(viewer, shelf), padded)


def decrypt_section(viewer: Viewer, shelf: str, box: bytes) -> PrivateSection:
    padded = crypto.decrypt(_key(viewer, shelf), box)
    length = int.from_bytes(padded[:LENGTH_BYTES], "big")
    state: PrivateSection = json.loads(padded[LENGTH_BYTES : LENGTH_BYTES + length])
    return state
