"""Beginning, saving and throwing away a draft."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases import drafting
from cases.drafting import OpenDraft, Payload
from cases.errors import StaleDraft
from cases.forgetting import throw_away_draft
from cases.models import Door, Draft
from sermo.members.pseudonyms import draft_scope
from sermo.members.viewer import Viewer, private_state

DAYS_KEPT = 60


@transaction.atomic
def begin_draft(*, viewer: Viewer, door: Door, idempotency_key: UUID) -> OpenDraft:
    """A draft with an address of its own. The same key gives the same draft.

    The draft's key becomes the case's key, so following it and remembering it as one's own is
    noted here already: publishing, perhaps anonymously, then writes nothing about the member.
    """
    draft_id = UUID(bytes=viewer.pseudonym(f"draft-key:{idempotency_key.hex}"), version=4)
    payload: Payload = {"door": door.value}
    row, is_new = Draft.objects.get_or_create(
        pk=draft_id,
        defaults={
            "owner": viewer.pseudonym(draft_scope(draft_id)),
            "box": drafting.close_box(viewer, draft_id, payload),
            "expires_on": _expiry(),
        },
    )
    if is_new:
        _remember(viewer, row)
    return drafting.open_draft(viewer, row)


def save_draft(*, viewer: Viewer, draft: OpenDraft, payload: Payload, version: int) -> int:
    """Keep the text; its new version. Raises `StaleDraft` if `version` is not the latest."""
    if payload == draft.payload:
        return draft.version
    saved = Draft.objects.filter(pk=draft.id, version=version).update(
        box=drafting.close_box(viewer, draft.id, payload),
        version=version + 1,
        expires_on=_expiry(),
    )
    if not saved:
        raise StaleDraft
    return version + 1


@transaction.atomic
def delete_draft(*, viewer: Viewer, draft: OpenDraft) -> None:
    """Throw the draft and its pictures away; harmless twice."""
    throw_away_draft(draft.id)
    _forget(viewer, draft.id)


def _remember(viewer: Viewer, row: Draft) -> None:
    def note(shelf: private_state.PrivateSection) -> None:
        shelf[row.pk.hex] = row.public_id

    private_state.update_section(viewer, drafting.SHELF, note)


def _forget(viewer: Viewer, draft_id: UUID) -> None:
    def drop(shelf: private_state.PrivateSection) -> None:
        shelf.pop(draft_id.hex, None)

    private_state.update_section(viewer, drafting.SHELF, drop)


def _expiry() -> dt.date:
    return timezone.localdate() + dt.timedelta(days=DAYS_KEPT)
