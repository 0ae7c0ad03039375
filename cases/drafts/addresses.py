"""The address of a draft: nobody else can tell which case it became, its author can.

It is a nonce and a mark of the nonce and the draft's key, under the member secret. So a bookmark
leads to the case although nothing is stored about it, and neither the database nor the history of
a browser tells that the draft and the case belong together.
"""

from __future__ import annotations

import hmac
import secrets
from uuid import UUID

from sermo.core.ids import ALPHABET, PUBLIC_ID_LENGTH
from sermo.members.pseudonyms import draft_address_scope
from sermo.members.viewer import Viewer

# Characters of five bits. The mark of 35 bits is compared with the member's own keys only.
NONCE_LENGTH = 5


def new_address(viewer: Viewer, draft_id: UUID) -> str:
    """A new public id for this draft, as long and as random to others as any."""
    nonce = "".join(secrets.choice(ALPHABET) for _ in range(NONCE_LENGTH))
    return nonce + _mark(viewer, draft_id, nonce)


def is_address_of(viewer: Viewer, draft_id: UUID, public_id: str) -> bool:
    """Whether the viewer's draft with this key had this address."""
    mark = _mark(viewer, draft_id, public_id[:NONCE_LENGTH])
    return hmac.compare_digest(mark, public_id[NONCE_LENGTH:])


def _mark(viewer: Viewer, draft_id: UUID, nonce: str) -> str:
    digest = viewer.pseudonym(draft_address_scope(draft_id, nonce))
    return "".join(ALPHABET[byte % 32] for byte in digest[: PUBLIC_ID_LENGTH - NONCE_LENGTH])
