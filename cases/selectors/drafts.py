"""The viewer's own drafts."""

from __future__ import annotations

from cases.drafts.encryption import DecryptedDraft, decrypt_draft
from cases.models import Draft
from cases.policies import is_draft_owner
from cases.selectors.own_items import own_draft_keys
from sermo.members.viewer import Viewer


def own_draft(viewer: Viewer, public_id: str) -> DecryptedDraft:
    """Raises `Draft.DoesNotExist` also for a draft of somebody else."""
    row = Draft.objects.get(public_id=public_id)
    if not is_draft_owner(viewer, row):
        raise Draft.DoesNotExist
    return decrypt_draft(viewer, row)


def own_drafts(viewer: Viewer) -> list[DecryptedDraft]:
    """The viewer's unpublished drafts, ordered by title. Two queries."""
    rows = Draft.objects.filter(pk__in=own_draft_keys(viewer))
    drafts = [decrypt_draft(viewer, row) for row in rows if is_draft_owner(viewer, row)]
    return sorted(drafts, key=lambda draft: (draft.title.casefold(), draft.public_id))
