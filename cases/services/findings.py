"""Record the author's decisions about possible patient details in a draft."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from cases.drafts import findings
from cases.drafts.encryption import DecryptedDraft
from cases.models import Image
from cases.services.drafts import save_draft
from sermo.members.viewer import Viewer

_MAX_LENGTHS = {"caption": 200, "alt": 300}


@transaction.atomic
def keep_findings(*, viewer: Viewer, draft: DecryptedDraft, keys: Collection[str]) -> None:
    """Mark these findings as not identifying. Changed words are asked about again.

    Raises `StaleDraft` and `QuotaReached`.
    """
    content = findings.keep_findings(draft.content, keys)
    save_draft(viewer=viewer, draft=draft, content=content, version=draft.version)


@transaction.atomic
def replace_findings(*, viewer: Viewer, draft: DecryptedDraft, keys: Collection[str]) -> None:
    """Replace these findings as suggested, in the text and beside the pictures.

    Raises `StaleDraft` and `QuotaReached`.
    """
    content = findings.replace_findings(draft.content, keys)
    save_draft(viewer=viewer, draft=draft, content=content, version=draft.version)
    for image in draft.row.images.all():
        changes = {
            name: value[: _MAX_LENGTHS[name]]
            for name, value in findings.replace_in_image(image, keys).items()
        }
        if changes:
            Image.objects.filter(pk=image.pk).update(**changes)
