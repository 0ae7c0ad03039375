"""Create, save and delete drafts."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases.drafts.addresses import new_address
from cases.drafts.content import DraftContent
from cases.drafts.encryption import DecryptedDraft, decrypt_draft, encrypt_content
from cases.errors import StaleDraft, TooManyDrafts
from cases.imaging import storage as image_storage
from cases.models import CasePurpose, Draft
from cases.selectors.own_items import free_draft_key
from sermo.core.quotas import DRAFT_SAVES, DRAFTS
from sermo.members.pseudonyms import draft_creation_scope, draft_scope
from sermo.members.services import spend_quota
from sermo.members.viewer import Viewer

RETENTION_DAYS = 60


def create_draft(*, viewer: Viewer, purpose: CasePurpose, idempotency_key: UUID) -> DecryptedDraft:
    """Create an empty draft. The same idempotency key returns the same draft.

    Its key, which becomes the key of the case, is the first free one of the viewer's series
    (`cases.selectors.own_items`). So no row lists a member's drafts, and making or publishing one
    writes nothing about the member. Two requests at once compute the same key; the database lets
    one of them insert it. Raises `TooManyDrafts` and `QuotaReached`.
    """
    creation_key = viewer.pseudonym(draft_creation_scope(idempotency_key))
    is_counted = False
    while True:
        row = Draft.objects.filter(creation_key=creation_key).first()
        if row is not None:
            return decrypt_draft(viewer, row)
        if not is_counted:
            spend_quota(viewer=viewer, quota=DRAFTS)
            is_counted = True
        draft_id = free_draft_key(viewer)
        if draft_id is None:
            raise TooManyDrafts
        row = Draft(
            pk=draft_id,
            public_id=new_address(viewer, draft_id),
            owner_pseudonym=viewer.pseudonym(draft_scope(draft_id)),
            creation_key=creation_key,
            ciphertext=encrypt_content(viewer, draft_id, DraftContent(purpose=purpose)),
            expires_on=_expiry_date(),
        )
        Draft.objects.bulk_create([row], ignore_conflicts=True)


def save_draft(
    *, viewer: Viewer, draft: DecryptedDraft, content: DraftContent, version: int
) -> int:
    """Save the content and return the new version.

    Writes nothing if the content has not changed. Raises `StaleDraft` if `version` is not the
    latest, `QuotaReached` after very many changes.
    """
    if content == draft.content:
        return draft.version
    spend_quota(viewer=viewer, quota=DRAFT_SAVES)
    saved = Draft.objects.filter(pk=draft.id, version=version).update(
        ciphertext=encrypt_content(viewer, draft.id, content),
        version=version + 1,
        expires_on=_expiry_date(),
    )
    if not saved:
        raise StaleDraft
    return version + 1


@transaction.atomic
def keep_picture_detail(*, viewer: Viewer, draft: DecryptedDraft, keeps: bool) -> None:
    """Save whether sensor noise stays in the pictures if the case becomes an anonymous one.

    Does nothing if the draft is published or deleted meanwhile.
    """
    row = Draft.objects.select_for_update().filter(pk=draft.id).first()
    if row is None:
        return
    latest = decrypt_draft(viewer, row)
    content = replace(latest.content, keeps_picture_detail=keeps)
    save_draft(viewer=viewer, draft=latest, content=content, version=latest.version)


@transaction.atomic
def delete_draft_rows(draft_id: UUID) -> None:
    """Delete the draft and its pictures, and their files after the commit. Safe to call twice."""
    row = Draft.objects.select_for_update().filter(pk=draft_id).first()
    if row is None:
        return
    files = [
        file for image in row.images.select_for_update() for file in image_storage.all_files(image)
    ]
    row.images.all().delete()
    row.delete()
    transaction.on_commit(partial(image_storage.delete_files, files))


def _expiry_date() -> dt.date:
    return timezone.localdate() + dt.timedelta(days=RETENTION_DAYS)
