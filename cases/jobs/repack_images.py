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

from cases.imaging import storage as image_storage
from cases.models import Image
from sermo.core import storage

# A batch that failed is made up for; pictures published longer ago have long been settled.
LOOKBACK = dt.timedelta(days=7)


def repack_images() -> int:
    """Write every file anew that was not yet; of how many pictures. Twice in one hour is safe."""
    published = Image.objects.filter(case__isnull=False, received_at__gte=timezone.now() - LOOKBACK)
    rows = published.order_by("?").values_list("pk", "renditions")
    waiting = [key for key, sizes in rows if not _is_settled(sizes)]
    return sum(_settle(key) for key in waiting)


def _is_settled(sizes: dict[str, tuple[str, int, int]]) -> bool:
    return all(storage.is_repacked(name) for name, _width, _height in sizes.values())


@transaction.atomic
def _settle(image_id: UUID) -> bool:
    """The row points to the new files before the old ones go. False where it is gone meanwhile."""
    image = Image.objects.select_for_update().filter(pk=image_id, case__isnull=False).first()
    if image is None or _is_settled(image.renditions):
        return False
    old, made = image_storage.rendered_files(image), list[image_storage.StoredFile]()
    try:
        for size in image.renditions.values():
            size[0] = storage.repack_image(size[0])
            made.append(("images", size[0]))
        image.save(update_fields=["renditions"])
    except FileNotFoundError:  # nothing is there to be dated
        image_storage.delete_files(made)
        return False
    except BaseException:
        image_storage.delete_files(made)
        raise
    transaction.on_commit(partial(image_storage.delete_files, old))
    return True
