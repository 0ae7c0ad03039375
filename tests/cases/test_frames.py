"""Every frame and page of a file is looked at, cleaned, kept, and can be opened by the reader."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image as Pillow

from cases.imaging import worker
from cases.imaging.presentation import picture_of
from cases.models import Image, ImageState
from cases.services import images as services
from cases.services.publish import publish_case
from sermo.core.storage import storage_for
from sermo.members.models import ShownAs
from sermo.members.viewer import Viewer
from tests.cases.test_images import confirmation
from tests.deid import synthetic_dicom, synthetic_pictures
from tests.factories_cases import make_draft, make_image, make_ready_image

pytestmark = pytest.mark.django_db(databases=["default", "identity"])


def three_pages() -> bytes:
    """Three pages, the last with a name burned in."""
    pages = [synthetic_pictures.skin(480, 360, seed) for seed in (1, 2)]
    pages.append(synthetic_pictures.write_on(synthetic_pictures.skin(480, 360, 3), size=32))
    return _saved(pages, "TIFF")


def _saved(pages: list[Pillow.Image], format_: str, **options: Any) -> bytes:
    out = io.BytesIO()
    pages[0].save(out, format_, save_all=True, append_images=pages[1:], **options)
    return out.getvalue()


def _moving(format_: str) -> bytes:
    """Three frames, the last with a name burned in."""
    frames = [synthetic_pictures.skin(240, 180, 1), synthetic_pictures.skin(240, 180, 2)]
    frames.append(synthetic_pictures.write_on(synthetic_pictures.skin(240, 180, 2), size=18))
    return _saved(frames, format_, duration=100, loop=0)


def _dicom(folder: Path) -> bytes:
    plain = synthetic_dicom.values(synthetic_dicom.ultrasound(""), 12)
    named = synthetic_dicom.values(synthetic_dicom.ultrasound(), 12)
    path = folder / "stack.dcm"
    synthetic_dicom.write(path, np.stack([plain, plain, named]), bits=12)
    return path.read_bytes()


def _opened(image: Image, label: str) -> Pillow.Image:
    with storage_for("images").open(image.renditions[label][0]) as file:
        opened = Pillow.open(io.BytesIO(file.read()))
        opened.load()
        return opened


def _brightest_under_a_box(image: Image, label: str) -> int:
    """The brightest value in the middle of the widest box that was filled in."""
    box = max(image.accepted_redactions, key=lambda box: int(box["w"]))
    x, y = box["x"] + box["w"] // 2, box["y"] + box["h"] // 2
    return max(_opened(image, label).convert("L").crop((x, y, x + 2, y + 2)).tobytes())


@pytest.mark.parametrize("kind", ["WEBP", "DICOM"])
def test_a_name_on_the_last_frame_is_redacted_and_every_frame_is_rendered(
    kind: str, osler: Viewer, tmp_path: Path
) -> None:
    upload = _dicom(tmp_path) if kind == "DICOM" else _moving(kind)

    image = make_ready_image(osler, make_draft(osler), upload)

    assert image.state == ImageState.READY, image.refusal_reason
    assert image.frame_count == len(picture_of(image).frames) == 3
    assert any(box["kind"] == "text" for box in image.suggested_redactions)
    assert _brightest_under_a_box(image, "f2") < 40
    moving = next(label for label in image.renditions if label.endswith("a"))
    assert getattr(_opened(image, moving), "n_frames", 1) >= 2


def test_a_reader_sees_the_number_of_pages_and_opens_each(
    osler: Viewer, blackwell: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    draft = make_draft(osler)
    image = make_ready_image(osler, draft, three_pages())
    assert image.state == ImageState.READY, image.refusal_reason
    assert _brightest_under_a_box(image, "f2") < 40
    services.describe_image(image=image, caption="", alt="Skin of an arm", is_sensitive=False)
    case = publish_case(
        viewer=osler, draft_id=draft.id, shown_as=ShownAs.HANDLE, idempotency_key=uuid.uuid4()
    )
    reader = client_for(blackwell)

    page = reader.get(case.get_absolute_url()).content.decode()

    assert "3 frames" in page
    assert "Play them" not in page
    for address in picture_of(image).frames:
        assert f'href="{address}"' in page
        served = reader.get(address)
        assert (served.status_code, served.content[:4]) == (200, b"RIFF")
    beyond = reverse("cases:media", args=[image.public_id, "f3"])
    assert reader.get(beyond).status_code == 404


def test_a_redaction_of_one_page_covers_that_page_only(
    osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    draft = make_draft(osler)
    image = make_image(osler, draft, three_pages())
    worker.process(image.pk)
    image.refresh_from_db()
    [opened] = image.suggested_redactions
    author = client_for(osler)
    here = [draft.public_id, image.public_id]
    sent = confirmation(image, **{"box-0-only_frame": 3})

    look = author.get(reverse("cases:review-image", args=here)).content.decode()
    refused = author.post(
        reverse("cases:image-confirm", args=here), confirmation(image, **{"box-0-only_frame": 4})
    )
    author.post(reverse("cases:image-confirm", args=here), sent)
    worker.process(image.pk)

    image.refresh_from_db()
    assert "found on frame 3" in look
    assert refused.status_code == 422
    assert opened["frames"] == [2]
    assert image.state == ImageState.READY, image.refusal_reason
    assert (image.moderation_status, image.accepted_redactions[0]["only_frame"]) == ("", 2)
    assert _brightest_under_a_box(image, "f2") < 40
    assert _brightest_under_a_box(image, "f1") > 40
    again = author.get(reverse("cases:review-image", args=here)).content.decode()
    assert 'name="box-0-only_frame" value="3"' in again


def test_the_page_without_scripts_draws_a_redaction_on_its_own_frame_only(
    osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    draft = make_draft(osler)
    image = make_image(osler, draft, three_pages())
    worker.process(image.pk)
    image.refresh_from_db()
    confirm = reverse("cases:image-confirm", args=[draft.public_id, image.public_id])
    sent = confirmation(image, **{"box-0-only_frame": 3})
    author = client_for(osler)

    first = author.post(confirm, sent | {"frame": 0}).content.decode()
    last = author.post(confirm, sent | {"frame": 2}).content.decode()

    assert ("<rect" in first, "<rect" in last) == (False, True)
