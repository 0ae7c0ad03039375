"""Opening drafts: whose they are, and what is in their box.

A draft's text lies in a secret box under a key derived from the member secret and the draft's id
(HKDF-SHA256), its owner column is the member's tag in the draft's scope: whoever reads the store
learns neither what is written nor by whom, nor that two drafts share an author.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cases.models import Case, Draft
from cases.policies import is_author
from sermo.core import crypto
from sermo.members.pseudonyms import draft_scope
from sermo.members.viewer import Viewer, private_state

OWN_DRAFTS = "drafts"
# Boxes come in steps of this size, so that their length tells little of the text.
_STEP = 8192

Payload = dict[str, Any]


@dataclass(frozen=True)
class DecryptedDraft:
    """A draft and the text its author has just opened."""

    row: Draft
    payload: Payload

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
        return str(self.payload.get("title") or "")


def encrypt_content(viewer: Viewer, draft_id: UUID, payload: Payload) -> bytes:
    """The payload as a secret box only this member opens; JSON ignores the spaces that pad it."""
    text = json.dumps(payload, sort_keys=True).encode()
    padded = text.ljust(-(-len(text) // _STEP) * _STEP)
    return crypto.encrypt(_key(viewer, draft_id), padded)


def decrypt_draft(viewer: Viewer, row: Draft) -> DecryptedDraft:
    """Raises `DecryptionError` for anybody but the author."""
    payload: Payload = json.loads(crypto.decrypt(_key(viewer, row.pk), row.ciphertext))
    return DecryptedDraft(row, payload)


def own_draft(viewer: Viewer, public_id: str) -> DecryptedDraft:
    """The viewer's draft. Raises `Draft.DoesNotExist` for one that is another's."""
    row = Draft.objects.get(public_id=public_id)
    if not is_draft_owner(viewer, row):
        raise Draft.DoesNotExist
    return decrypt_draft(viewer, row)


def is_draft_owner(viewer: Viewer, row: Draft) -> bool:
    """Whether the draft is the viewer's: nobody else computes its owner tag."""
    return hmac.compare_digest(row.owner_pseudonym, viewer.pseudonym(draft_scope(row.pk)))


def own_drafts(viewer: Viewer) -> list[DecryptedDraft]:
    """What the viewer has begun and not published, by title."""
    rows = Draft.objects.filter(
        pk__in=[UUID(key) for key in private_state.load_section(viewer, OWN_DRAFTS)]
    )
    drafts = [decrypt_draft(viewer, row) for row in rows if is_draft_owner(viewer, row)]
    return sorted(drafts, key=lambda draft: (draft.title.casefold(), draft.public_id))


def case_published_from(viewer: Viewer, public_id: str) -> Case | None:
    """The viewer's case that a draft of this address became: a case keeps its draft's key."""
    for key, address in private_state.load_section(viewer, OWN_DRAFTS).items():
        if address == public_id:
            case = Case.objects.filter(pk=UUID(key)).first()
            return case if case is not None and is_author(viewer, case) else None
    return None


def _key(viewer: Viewer, draft_id: UUID) -> bytes:
    info = f"draft-box:{draft_id.hex}".encode()
    return HKDF(hashes.SHA256(), 32, salt=None, info=info).derive(viewer.secret)
