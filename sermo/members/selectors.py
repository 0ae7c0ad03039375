"""Reads of members and their notices."""

from __future__ import annotations

import json
from typing import Any

from nacl.exceptions import CryptoError
from nacl.public import SealedBox

from sermo.core import crypto
from sermo.members.encryption.notice_keys import notice_key_pair
from sermo.members.models import EncryptedNotice, Member
from sermo.members.pseudonyms import handles
from sermo.members.records import is_reserved_handle
from sermo.members.viewer import Viewer

MAX_NOTICES_TRIED = 500


def is_handle_available(handle: str) -> bool:
    """Whether nobody has or has chosen this handle, or one that a reader could confuse with it."""
    key = handles.confusable_skeleton(handle)
    return not (Member.objects.filter(handle_key=key).exists() or is_reserved_handle(key))


def read_notices(viewer: Viewer) -> list[dict[str, Any]]:
    """The notices to this member, the newest first; one statement.

    No row says for whom it is, so every notice is tried; what does not decrypt is another's.
    """
    box = SealedBox(notice_key_pair(viewer.secret))
    notices = []
    for row in EncryptedNotice.objects.order_by("-month", "id")[:MAX_NOTICES_TRIED]:
        try:
            notices.append(json.loads(crypto.unpad(box.decrypt(row.ciphertext))))
        except CryptoError:
            continue
    return notices
