"""Beginning, saving and throwing away a draft."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases.drafts import encryption
from cases.drafts.encryption import DecryptedDraft, Payload
from cases.errors import StaleDraft
from cases.jobs.purge import delete_draft_rows
from cases.models import CasePurpose, Draft
from sermo.members.pseudonyms import draft_scope
from sermo.members.viewer import Viewer, private_state

DRAFT_RETENTION_DAYS = 60


@transaction.atomic
def begin_draft(*, viewer: Viewer, purpose: CasePurpose, idempotency_key: UUID) -> DecryptedDraft:
    """A draft with an address of its own. The same key gives the same draft.

    The draft's key becomes the case's key, so following it and remembering it as one's own is
    noted here already: publishing, perhaps anonymously, then writes nothing about the member.
    """
    draft_id = UUID(bytes=viewer.pseudonym(f"draft-key:{idempotency_key.hex}"), version=4)
    payload: Payload = {"purpose": purpose.value}
    row, is_new = Draft.objects.get_or_create(
        pk=draft_id,
        defaults={
            "owner_pseudonym": viewer.pseudonym(draft_scope(draft_id)),
            "ciphertext": encryption.encrypt_content(viewer, draft_id, payload),
            "expires_on": _expiry(),
        },
    )
    if is_new:
        _remember(viewer, row)
    return encryption.decrypt_draft(viewer, row)


def save_draft(*, viewer: Viewer, draft: DecryptedDraft, payload: Payload, version: int) -> int:
    """Keep the text; its new version. Raises `StaleDraft` if `version` is not the latest."""
    if payload == draft.payload:
        return draft.version
    saved = Draft.objects.filter(pk=draft.id, version=version).update(
        ciphertext=encryption.encrypt_content(viewer, draft.id, payload),
        version=version + 1,
        expires_on=_expiry(),
    )
    if not saved:
        raise StaleDraft
    return version + 1


@transaction.atomic
def delete_draft(*, viewer: Viewer, draft: DecryptedDraft) -> None:
    """Throw the draft and its pictures away; harmless twice."""
    delete_draft_rows(draft.id)
    _forget(viewer, draft.id)


def _remember(viewer: Viewer, row: Draft) -> None:
    def note(shelf: private_state.PrivateSection) -> None:
        shelf[row.pk.hex] = row.public_id

    private_state.update_section(viewer, encryption.OWN_DRAFTS, note)


def _forget(viewer: Viewer, draft_id: UUID) -> None:
    def drop(shelf: private_state.PrivateSection) -> None:
        shelf.pop(draft_id.hex, None)

    private_state.update_section(viewer, encryption.OWN_DRAFTS, drop)


def _expiry() -> dt.date:
    return timezone.localdate() + dt.timedelta(days=DRAFT_RETENTION_DAYS)
