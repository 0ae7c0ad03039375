"""The viewer's own drafts."""

from __future__ import annotations

from uuid import UUID

from cases.drafts.encryption import DecryptedDraft, decrypt_draft
from cases.models import Case, Draft
from cases.policies import is_author, is_draft_owner
from sermo.members.viewer import Viewer, private_state
from sermo.notifications.selectors.follows import OWN_DRAFTS_STATE


def own_draft(viewer: Viewer, public_id: str) -> DecryptedDraft:
    """Raises `Draft.DoesNotExist` also for a draft of somebody else."""
    row = Draft.objects.get(public_id=public_id)
    if not is_draft_owner(viewer, row):
        raise Draft.DoesNotExist
    return decrypt_draft(viewer, row)


def own_drafts(viewer: Viewer) -> list[DecryptedDraft]:
    """The viewer's unpublished drafts, ordered by title."""
    keys = [UUID(key) for key in private_state.load_section(viewer, OWN_DRAFTS_STATE)]
    rows = Draft.objects.filter(pk__in=keys)
    drafts = [decrypt_draft(viewer, row) for row in rows if is_draft_owner(viewer, row)]
    return sorted(drafts, key=lambda draft: (draft.title.casefold(), draft.public_id))


def case_published_from(viewer: Viewer, public_id: str) -> Case | None:
    """The viewer's case that was published from this draft. A case keeps the key of its draft."""
    for key, draft_public_id in private_state.load_section(viewer, OWN_DRAFTS_STATE).items():
        if draft_public_id == public_id:
            case = Case.objects.filter(pk=UUID(key)).first()
            return case if case is not None and is_author(viewer, case) else None
    return None
