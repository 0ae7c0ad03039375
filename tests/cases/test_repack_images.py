"""The times of published files tell the hour at most, on any store of files."""

from __future__ import annotations

import datetime as dt
import os
import uuid

import pytest
from django.utils import timezone

from cases.drafts.encryption import DecryptedDraft
from cases.imaging import storage as image_storage
from cases.jobs import repack_images
from cases.models import Image, ImageState, SensorNoise
from cases.services.publish import publish_case
from sermo.core import storage
from sermo.members.models import ShownAs
from sermo.members.viewer import Viewer
from tests.factories_cases import make_draft, make_image

pytestmark = pytest.mark.django_db(databases=["default", "identity"], transaction=True)


def ready(viewer: Viewer, draft: DecryptedDraft) -> Image:
    """As the worker leaves it, with two sizes of what is no picture."""
    image = make_image(viewer, draft)
    sizes = {
        label: [storage.store_image(f"synthetic {label} {image.pk}".encode()), int(label), 1]
        for label in ("480", "960")
    }
    Image.objects.filter(pk=image.pk).update(state=ImageState.READY, renditions=sizes)
    return Image.objects.get(pk=image.pk)


def published(viewer: Viewer, *, written_ago: float) -> Image:
    """A picture of an anonymous case; its files were written so many seconds ago."""
    draft = make_draft(viewer, keeps_picture_detail=True)
    image = ready(viewer, draft)
    written = timezone.now().timestamp() - written_ago
    for _where, name in image_storage.rendered_files(image):
        os.utime(storage.storage_for("images").path(name), (written, written))
    publish_case(
        viewer=viewer, draft_id=draft.id, shown_as=ShownAs.ANONYMOUS, idempotency_key=uuid.uuid4()
    )
    return Image.objects.get(pk=image.pk)


def contents(image: Image) -> list[bytes]:
    data = []
    for where, name in image_storage.rendered_files(image):
        with storage.storage_for(where).open(name) as file:
            data.append(file.read())
    return data


def test_every_published_file_gets_the_time_of_the_batch(osler: Viewer, blackwell: Viewer) -> None:
    before = [published(osler, written_ago=2000), published(blackwell, written_ago=1000)]
    was, begun = [contents(image) for image in before], timezone.now()

    assert repack_images.repack_images() == 2

    after = [Image.objects.get(pk=image.pk) for image in before]
    place = storage.storage_for("images")
    for _where, name in (
        stored for image in after for stored in image_storage.rendered_files(image)
    ):
        assert begun - dt.timedelta(seconds=2) <= place.get_modified_time(name)
    assert [contents(image) for image in after] == was
    for _where, name in (
        stored for image in before for stored in image_storage.rendered_files(image)
    ):
        assert not place.exists(name)


def test_a_second_batch_changes_nothing(osler: Viewer) -> None:
    image = published(osler, written_ago=1000)
    repack_images.repack_images()
    settled = Image.objects.get(pk=image.pk).renditions

    assert repack_images.repack_images() == 0
    assert Image.objects.get(pk=image.pk).renditions == settled


def test_a_picture_of_a_draft_is_left_alone(osler: Viewer) -> None:
    ready(osler, make_draft(osler))

    assert repack_images.repack_images() == 0


def test_a_picture_whose_noise_is_not_removed_yet_is_left_alone(osler: Viewer) -> None:
    published(osler, written_ago=1000)
    Image.objects.update(sensor_noise=SensorNoise.WAITING)

    assert repack_images.repack_images() == 0


def test_a_storage_that_fails_half_way_loses_nothing(
    osler: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = published(osler, written_ago=1000)
    real, made = storage.repack_image, list[str]()

    def fails_at_the_second(name: str) -> str:
        if made:
            raise OSError("the store is full")
        made.append(real(name))
        return made[0]

    monkeypatch.setattr(storage, "repack_image", fails_at_the_second)
    with pytest.raises(OSError, match="full"):
        repack_images.repack_images()
    kept = Image.objects.get(pk=image.pk)

    assert kept.renditions == image.renditions
    assert len(contents(kept)) == len(kept.renditions)
    assert not storage.storage_for("images").exists(made[0])


def test_a_lost_file_does_not_stop_the_others(osler: Viewer, blackwell: Viewer) -> None:
    lost, kept = published(osler, written_ago=1000), published(blackwell, written_ago=500)
    image_storage.delete_files(image_storage.rendered_files(lost))

    assert repack_images.repack_images() == 1
    assert storage.is_repacked(Image.objects.get(pk=kept.pk).renditions["480"][0])
