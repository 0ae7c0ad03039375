"""What the author decides about finds: replace as offered, or keep."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from cases import hits
from cases.drafting import OpenDraft
from cases.models import Image
from cases.services.drafts import save_draft
from sermo.members.viewer import Viewer

MOST_LETTERS = {"caption": 200, "alt": 300}


@transaction.atomic
def keep_hits(*, viewer: Viewer, draft: OpenDraft, keys: Collection[str]) -> None:
    """These identify nobody, says the author; asked again only if the words change."""
    payload = hits.kept(draft.payload, keys)
    save_draft(viewer=viewer, draft=draft, payload=payload, version=draft.version)


@transaction.atomic
def replace_hits(*, viewer: Viewer, draft: OpenDraft, keys: Collection[str]) -> None:
    """Write what was offered in their place, in the text and beside the pictures."""
    images = list(draft.row.images.all())
    payload, on_images = hits.replaced(draft.payload, images, set(keys))
    save_draft(viewer=viewer, draft=draft, payload=payload, version=draft.version)
    for image, field, value in on_images:
        Image.objects.filter(pk=image.pk).update(**{field: value[: MOST_LETTERS[field]]})
