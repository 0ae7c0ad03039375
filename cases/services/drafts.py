"""Create, save and delete drafts."""

from __future__ import annotations

import datetime as dt
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases.drafts.content import DraftContent
from cases.drafts.encryption import DecryptedDraft, decrypt_draft, encrypt_content
from cases.errors import StaleDraft
from cases.imaging import storage as image_storage
from cases.models import CasePurpose, Draft
from sermo.members.pseudonyms import draft_scope
from sermo.members.viewer import Viewer, private_state
from sermo.members.viewer.private_state import PrivateSection
from sermo.notifications.selectors.follows import OWN_DRAFTS_STATE

RETENTION_DAYS = 60


@transaction.atomic
def create_draft(*, viewer: Viewer, purpose: CasePurpose, idempotency_key: UUID) -> DecryptedDraft:
    """Create an empty draft. The same idempotency key returns the same draft.

    The draft's key becomes the key of the case, so the draft is added to the viewer's private
    state here. Publishing, perhaps anonymously, then writes nothing about the member.
    """
    draft_id = UUID(bytes=viewer.pseudonym(f"draft-key:{idempotency_key.hex}"), version=4)
    row, is_new = Draft.objects.get_or_create(
        pk=draft_id,
        defaults={
            "owner_pseudonym": viewer.pseudonym(draft_scope(draft_id)),
            "ciphertext": encrypt_content(viewer, draft_id, DraftContent(purpose=purpose)),
            "expires_on": _expiry_date(),
        },
    )
    if is_new:
        _add_to_own_drafts(viewer, row)
    return decrypt_draft(viewer, row)


def save_draft(
    *, viewer: Viewer, draft: DecryptedDraft, content: DraftContent, version: int
) -> int:
    """Save the content and return the new version.

    Writes nothing if the content has not changed. Raises `StaleDraft` if `version` is not the
    latest.
    """
    if content == draft.content:
        return draft.version
    saved = Draft.objects.filter(pk=draft.id, version=version).update(
        ciphertext=encrypt_content(viewer, draft.id, content),
        version=version + 1,
        expires_on=_expiry_date(),
    )
    if not saved:
        raise StaleDraft
    return version + 1


@transaction.atomic
def delete_draft(*, viewer: Viewer, draft: DecryptedDraft) -> None:
    """Delete the draft and its pictures. Does nothing if it is already deleted."""
    delete_draft_rows(draft.id)
    _remove_from_own_drafts(viewer, draft.id)


@transaction.atomic
def delete_draft_rows(draft_id: UUID) -> None:
    """Delete the rows of a draft and its pictures, and their files after the commit."""
    row = Draft.objects.select_for_update().filter(pk=draft_id).first()
    if row is None:
        return
    files = [
        file for image in row.images.select_for_update() for file in image_storage.all_files(image)
    ]
    row.images.all().delete()
    row.delete()
    transaction.on_commit(partial(image_storage.delete_files, files))


def _add_to_own_drafts(viewer: Viewer, row: Draft) -> None:
    def add(section: PrivateSection) -> None:
        section[row.pk.hex] = row.public_id

    private_state.update_section(viewer, OWN_DRAFTS_STATE, add)


def _remove_from_own_drafts(viewer: Viewer, draft_id: UUID) -> None:
    def remove(section: PrivateSection) -> None:
        section.pop(draft_id.hex, None)

    private_state.update_section(viewer, OWN_DRAFTS_STATE, remove)


def _expiry_date() -> dt.date:
    return timezone.localdate() + dt.timedelta(days=RETENTION_DAYS)
