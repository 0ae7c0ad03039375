"""Write the files of published pictures again, in one batch each hour and in random order.

A file storage keeps the second at which each file was written, and a bucket does not let it be
changed. Beside an anonymous case, whose time is known to the hour only, that second would show
when its author was at work (docs/design/anonymity.md, time). The new files have new names and the
time of the batch.
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases.imaging import storage as image_storage
from cases.models import Image, SensorNoise
from sermo.core import storage

# Long enough that a later run makes up for several failed ones.
LOOKBACK = dt.timedelta(days=7)


def repack_images() -> int:
    """Repack every picture that is not repacked yet and return how many. Safe to run twice."""
    published = Image.objects.filter(case__isnull=False, received_at__gte=timezone.now() - LOOKBACK)
    finished = published.exclude(sensor_noise=SensorNoise.WAITING)
    rows = finished.order_by("?").values_list("pk", "renditions")
    waiting = [key for key, renditions in rows if not _is_repacked(renditions)]
    return sum(_repack(key) for key in waiting)


def _is_repacked(renditions: dict[str, tuple[str, int, int]]) -> bool:
    return all(storage.is_repacked(name) for name, _width, _height in renditions.values())


@transaction.atomic
def _repack(image_id: UUID) -> bool:
    """The old files are deleted only after the row names the new ones.

    Returns False if the picture or its files are gone.
    """
    image = Image.objects.select_for_update().filter(pk=image_id, case__isnull=False).first()
    if image is None or _is_repacked(image.renditions):
        return False
    old_files, new_files = image_storage.rendered_files(image), list[image_storage.StoredFile]()
    try:
        for rendition in image.renditions.values():
            rendition[0] = storage.repack_image(rendition[0])
            new_files.append(("images", rendition[0]))
        image.save(update_fields=["renditions"])
    except FileNotFoundError:
        image_storage.delete_files(new_files)
        return False
    except BaseException:
        image_storage.delete_files(new_files)
        raise
    transaction.on_commit(partial(image_storage.delete_files, old_files))
    return True
