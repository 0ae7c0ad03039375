"""The viewer's own drafts."""

from __future__ import annotations

from dataclasses import dataclass

from cases.drafts.addresses import is_address_of
from cases.drafts.encryption import DecryptedDraft, decrypt_draft
from cases.models import Case, Draft
from cases.policies import is_draft_owner
from cases.selectors.own_items import own_draft_keys, own_draft_series
from sermo.members.viewer import Viewer


def own_draft(viewer: Viewer, public_id: str) -> DecryptedDraft:
    """Raises `Draft.DoesNotExist` also for a draft of somebody else."""
    row = Draft.objects.get(public_id=public_id)
    if not is_draft_owner(viewer, row):
        raise Draft.DoesNotExist
    return decrypt_draft(viewer, row)


@dataclass(frozen=True)
class FormerDraft:
    """A draft of the viewer that is no draft any more. `case` is None if it was deleted."""

    case: Case | None


def former_draft(viewer: Viewer, public_id: str) -> FormerDraft | None:
    """What became of the viewer's draft with this address; None if it was never theirs.

    Two statements for up to 64 drafts and cases, and one for the case.
    """
    if Draft.objects.filter(public_id=public_id).exists():
        return None
    keys, own = own_draft_series(viewer)
    key = next((key for key in keys if is_address_of(viewer, key, public_id)), None)
    if key is None:
        return None
    # The key of a deleted draft is free, and the next draft takes it.
    return FormerDraft(Case.objects.filter(pk=key).first() if key in own.cases else None)


def own_drafts(viewer: Viewer) -> list[DecryptedDraft]:
    """The viewer's unpublished drafts, ordered by title. Two queries."""
    rows = Draft.objects.filter(pk__in=own_draft_keys(viewer))
    drafts = [decrypt_draft(viewer, row) for row in rows if is_draft_owner(viewer, row)]
    return sorted(drafts, key=lambda draft: (draft.title.casefold(), draft.public_id))
