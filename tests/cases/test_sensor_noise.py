"""Pictures of anonymous cases lose the noise of their cameras before others see them."""

from __future__ import annotations

import importlib
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse

from cases.deid.errors import DeidentificationFailed
from cases.drafts.content import DraftContent
from cases.imaging import storage as image_storage
from cases.imaging import worker
from cases.imaging.redactions import Redaction
from cases.models import Case, Image, ImageState, ModerationStatus, SensorNoise
from cases.selectors.drafts import own_draft
from cases.services import image_moderation
from cases.services.publish import publish_case
from sermo.core.storage import storage_for
from sermo.members.models import ShownAs
from sermo.members.viewer import Viewer
from tests.factories_cases import make_draft, make_ready_image

ClientFor = Callable[[Viewer | None], Client]

pytestmark = pytest.mark.django_db(databases=["default", "identity"])


def published(viewer: Viewer, shown_as: ShownAs = ShownAs.ANONYMOUS, **fields: Any) -> Image:
    """A picture of a case that everybody may see, as publication leaves it."""
    draft = make_draft(viewer, **fields)
    image = make_ready_image(viewer, draft)
    publish_case(viewer=viewer, draft_id=draft.id, shown_as=shown_as, idempotency_key=uuid.uuid4())
    Case.objects.update(appears_at=None)
    image.refresh_from_db()
    return image


def contents(image: Image) -> dict[str, bytes]:
    return {label: image_storage.read_rendition(image, label) for label in image.renditions}


def address(image: Image) -> str:
    return reverse("cases:media", args=[image.public_id, "480"])


def test_others_see_the_picture_only_without_its_noise(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    image = published(osler)
    author, other = client_for(osler), client_for(blackwell)
    case = Case.objects.get()

    assert other.get(address(image)).status_code == 404
    assert image.public_id not in other.get(case.get_absolute_url()).content.decode()
    assert author.get(address(image)).status_code == 200
    assert "noise of your camera" in author.get(case.get_absolute_url()).content.decode()
    worker.process(image.pk)

    assert other.get(address(image)).status_code == 200
    assert image.public_id in other.get(case.get_absolute_url()).content.decode()
    assert "noise of your camera" not in author.get(case.get_absolute_url()).content.decode()


def test_every_size_is_new_and_the_old_files_are_deleted(osler: Viewer) -> None:
    image = published(osler)
    old_files, before = image_storage.rendered_files(image), contents(image)

    worker.process(image.pk)

    image.refresh_from_db()
    assert (image.sensor_noise, image.lease_until) == (SensorNoise.REMOVED, None)
    assert not set(old_files) & set(image_storage.rendered_files(image))
    assert not set(before.values()) & set(contents(image).values())
    assert not any(storage_for(where).exists(name) for where, name in old_files)


def test_noise_is_removed_once(osler: Viewer) -> None:
    image = published(osler)
    worker.process(image.pk)
    image.refresh_from_db()
    before = image.renditions

    worker.process(image.pk)

    assert worker.enqueue_due() == 0
    image.refresh_from_db()
    assert image.renditions == before


def test_a_lost_message_is_found_by_the_sweep(osler: Viewer) -> None:
    published(osler)

    assert worker.enqueue_due() == 1


@pytest.mark.parametrize("shown_as", [ShownAs.HANDLE, ShownAs.ANONYMOUS])
def test_pictures_of_named_cases_and_kept_detail_are_left_alone(
    osler: Viewer, shown_as: ShownAs
) -> None:
    keeps = shown_as == ShownAs.ANONYMOUS

    image = published(osler, shown_as, keeps_picture_detail=keeps)

    before = image.renditions, contents(image)
    worker.process(image.pk)
    image.refresh_from_db()
    assert image.is_shown
    assert (image.sensor_noise, worker.enqueue_due()) == (SensorNoise.UNTOUCHED, 0)
    assert (image.renditions, contents(image)) == before


def test_the_author_chooses_beside_the_identity(osler: Viewer, client_for: ClientFor) -> None:
    draft, client = make_draft(osler), client_for(osler)
    image = make_ready_image(osler, draft)
    data = {"shown_as": "anonymous", "keeps_picture_detail": "on"}
    url = reverse("cases:publish", args=[draft.public_id])
    assert (
        "Keep full picture detail"
        in client.get(reverse("cases:check", args=[draft.public_id])).content.decode()
    )

    assert client.post(url, data | {"consent": "on"}).status_code == 302

    image.refresh_from_db()
    assert image.case is not None
    assert image.sensor_noise == SensorNoise.UNTOUCHED


def test_the_choice_stays_in_the_draft(osler: Viewer, client_for: ClientFor) -> None:
    draft, client = make_draft(osler, history="Seen on 3 March 2024"), client_for(osler)
    make_ready_image(osler, draft)
    data = {"shown_as": "anonymous", "keeps_picture_detail": "on", "consent": "on"}

    answer = client.post(reverse("cases:publish", args=[draft.public_id]), data)

    assert answer.status_code == 422
    assert own_draft(osler, draft.public_id).content.keeps_picture_detail


def test_a_draft_from_before_the_choice_can_be_read() -> None:
    stored = DraftContent(title="Rings").to_json()
    del stored["keeps_picture_detail"]

    assert not DraftContent.from_json(stored).keeps_picture_detail


def test_a_fault_leaves_the_picture_withheld_and_is_tried_again(
    osler: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = published(osler)

    def fails(*_args: object) -> None:
        raise DeidentificationFailed("a planted fault")

    with monkeypatch.context() as patch:
        patch.setattr(worker, "render_without_noise", fails)
        for _attempt in range(worker.MAX_ATTEMPTS + 1):
            Image.objects.update(lease_until=None)
            worker.process(image.pk)
    image.refresh_from_db()
    assert (image.state, image.is_shown) == (ImageState.READY, False)
    Image.objects.update(lease_until=None)
    worker.process(image.pk)

    image.refresh_from_db()
    assert (image.sensor_noise, image.is_shown) == (SensorNoise.REMOVED, True)


def test_a_late_result_changes_nothing(osler: Viewer) -> None:
    image = published(osler)
    late = worker.claim(image.pk)
    assert late is not None
    Image.objects.filter(pk=image.pk).update(lease_until=None)
    worker.process(image.pk)
    image.refresh_from_db()

    assert not worker.release(late, renditions={})
    assert Image.objects.get(pk=image.pk).renditions == image.renditions


def test_a_picture_that_a_moderator_redacts_loses_its_noise_again(
    osler: Viewer, moderator: Viewer
) -> None:
    draft = make_draft(osler)
    image = make_ready_image(osler, draft)
    image_moderation.request_moderation(image=image, kept_findings=[])
    image.moderation_status = ModerationStatus.RETURNED
    image_moderation.request_moderation(image=image, kept_findings=[])
    image.save()
    publish_case(
        viewer=osler, draft_id=draft.id, shown_as=ShownAs.ANONYMOUS, idempotency_key=uuid.uuid4()
    )
    worker.process(image.pk)
    image.refresh_from_db()
    assert image.sensor_noise == SensorNoise.REMOVED

    more = Redaction.from_json({"frame": 0, "x": 5, "y": 5, "w": 40, "h": 30})
    image_moderation.redact_image(moderator=moderator, image=image, redactions=[more])
    worker.process(image.pk)

    image.refresh_from_db()
    assert (image.state, image.sensor_noise) == (ImageState.READY, SensorNoise.WAITING)
    assert not image.is_shown
    worker.process(image.pk)
    image.refresh_from_db()
    assert (image.sensor_noise, image.is_shown) == (SensorNoise.REMOVED, True)


def test_the_migration_withholds_pictures_of_anonymous_cases(osler: Viewer) -> None:
    anonymous, named = published(osler), published(osler, ShownAs.HANDLE)
    Image.objects.update(sensor_noise=SensorNoise.UNTOUCHED)
    migration = importlib.import_module("cases.migrations.0006_sensor_noise")

    with connection.schema_editor() as editor:
        migration.withhold_published_pictures(apps, editor)

    waiting = Image.objects.filter(sensor_noise=SensorNoise.WAITING)
    assert [row.pk for row in waiting] == [anonymous.pk]
    assert Image.objects.get(pk=named.pk).is_shown
