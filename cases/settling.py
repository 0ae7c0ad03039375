"""Pictures of published cases, written anew in one batch each hour, in random order.

A store of files keeps the second at which each was written, and no bucket lets it be changed:
beside an anonymous case that keeps the hour, it would date its author's sitting (ANONYMITY.md §2,
time). So the files lie anew, under new names, at the time of the batch, whatever the store.
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases import files
from cases.models import Image
from sermo.core import storage

# A batch that failed is made up for; pictures published longer ago have long been settled.
LOOKED_BACK = dt.timedelta(days=7)


def settle() -> int:
    """Write every file anew that was not yet; of how many pictures. Twice in one hour is safe."""
    published = Image.objects.filter(
        case__isnull=False, received_at__gte=timezone.now() - LOOKED_BACK
    )
    rows = published.order_by("?").values_list("pk", "sizes")
    waiting = [key for key, sizes in rows if not _is_settled(sizes)]
    return sum(_settle(key) for key in waiting)


def _is_settled(sizes: dict[str, tuple[str, int, int]]) -> bool:
    return all(storage.is_repacked(name) for name, _width, _height in sizes.values())


@transaction.atomic
def _settle(image_id: UUID) -> bool:
    """The row points to the new files before the old ones go. False where it is gone meanwhile."""
    image = Image.objects.select_for_update().filter(pk=image_id, case__isnull=False).first()
    if image is None or _is_settled(image.sizes):
        return False
    old, made = files.rendered_of(image), list[files.Stored]()
    try:
        for size in image.sizes.values():
            size[0] = storage.repack_image(size[0])
            made.append(("images", size[0]))
        image.save(update_fields=["sizes"])
    except FileNotFoundError:  # nothing is there to be dated
        files.delete_all(made)
        return False
    except BaseException:
        files.delete_all(made)
        raise
    transaction.on_commit(partial(files.delete_all, old))
    return True
