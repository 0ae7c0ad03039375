"""What the author decides about finds: replace as offered, or keep."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from cases.drafts import findings
from cases.drafts.encryption import DecryptedDraft
from cases.models import Image
from cases.services.drafts import save_draft
from sermo.members.viewer import Viewer

MAX_LENGTHS = {"caption": 200, "alt": 300}


@transaction.atomic
def keep_findings(*, viewer: Viewer, draft: DecryptedDraft, keys: Collection[str]) -> None:
    """These identify nobody, says the author; asked again only if the words change."""
    payload = findings.keep_findings(draft.payload, keys)
    save_draft(viewer=viewer, draft=draft, payload=payload, version=draft.version)


@transaction.atomic
def replace_findings(*, viewer: Viewer, draft: DecryptedDraft, keys: Collection[str]) -> None:
    """Write what was offered in their place, in the text and beside the pictures."""
    images = list(draft.row.images.all())
    payload, on_images = findings.replace_findings(draft.payload, images, set(keys))
    save_draft(viewer=viewer, draft=draft, payload=payload, version=draft.version)
    for image, field, value in on_images:
        Image.objects.filter(pk=image.pk).update(**{field: value[: MAX_LENGTHS[field]]})
