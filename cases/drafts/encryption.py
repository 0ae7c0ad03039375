"""Encryption of drafts for their authors.

The key is derived from the member secret and the id of the draft (HKDF-SHA256). The row names its
owner by the member's pseudonym in the scope of the draft. So the database tells neither the text
nor the author of a draft, nor that two drafts have the same author.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from uuid import UUID

from cases.drafts.content import DraftContent
from cases.models import Draft
from sermo.core import crypto
from sermo.core.hkdf import hkdf_sha256
from sermo.members.viewer import Viewer

# The plain text is padded to a multiple of this, so that its length tells little of the text.
_PADDING_STEP_BYTES = 8192


@dataclass(frozen=True)
class DecryptedDraft:
    """A draft row with its decrypted content."""

    row: Draft
    content: DraftContent

    @property
    def id(self) -> UUID:
        return self.row.pk

    @property
    def public_id(self) -> str:
        return self.row.public_id

    @property
    def version(self) -> int:
        return self.row.version

    @property
    def title(self) -> str:
        return self.content.title


def encrypt_content(viewer: Viewer, draft_id: UUID, content: DraftContent) -> bytes:
    """The content as padded JSON, encrypted for the viewer. JSON ignores the trailing spaces."""
    text = json.dumps(content.to_json(), sort_keys=True).encode()
    padded = text.ljust(-(-len(text) // _PADDING_STEP_BYTES) * _PADDING_STEP_BYTES)
    return crypto.encrypt(_key(viewer, draft_id), padded)


def decrypt_draft(viewer: Viewer, row: Draft) -> DecryptedDraft:
    """Raises `DecryptionError` if the viewer is not the author."""
    text = crypto.decrypt(_key(viewer, row.pk), row.ciphertext)
    return DecryptedDraft(row, DraftContent.from_json(json.loads(text)))


def _key(viewer: Viewer, draft_id: UUID) -> bytes:
    return hkdf_sha256(viewer.secret, info=f"draft-content:{draft_id.hex}")
