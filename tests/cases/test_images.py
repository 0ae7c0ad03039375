"""A picture is seen by nobody but its author before it is READY, and carries nothing along."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image as Pillow

from cases.deid.errors import DeidentificationFailed, FileRefused
from cases.deid.results import RedactionBox
from cases.errors import ImageBusy, ImageTooLarge, TooManyImages, UnreadableImage
from cases.imaging import storage as image_storage
from cases.imaging import worker
from cases.imaging.kept_findings import suggestions_left_visible
from cases.imaging.redactions import (
    Redaction,
    boxes_on_frames,
    redactions_from_json,
    suggestions_from_boxes,
    undecided_boxes,
)
from cases.imaging.worker import ATTEMPTS_EXHAUSTED
from cases.jobs import purge
from cases.models import Image, ImageState
from cases.policies import can_retry
from cases.services import images as services
from sermo.core.filetypes import picture_format
from sermo.core.storage import storage_for
from sermo.members.models import ShownAs
from sermo.members.viewer import Viewer
from tests.factories_cases import (
    PLANTED,
    make_case,
    make_draft,
    make_image,
    make_photograph,
    make_ready_image,
)

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
BOX = {"frame": 0, "x": 10, "y": 10, "w": 50, "h": 20, "kind": "text", "score": 0.9}


def make_looked_at(viewer: Viewer, draft: Any, **changes: Any) -> Image:
    """A picture that waits for its author, without the work of a decoder."""
    image = make_image(viewer, draft)
    name, key = image_storage.write_encrypted(b"synthetic")
    values = {"state": ImageState.AWAITING_REVIEW, "working": name, "working_key": key}
    Image.objects.filter(pk=image.pk).update(
        **values | {"width": 640, "height": 480, "suggested_redactions": [BOX]} | changes
    )
    image.refresh_from_db()
    return image


def stored(where: str) -> list[str]:
    """Every file in a place."""
    root = Path(storage_for(where).path(""))
    return [str(path) for path in root.rglob("*") if path.is_file()] if root.exists() else []


def everything_in(where: str) -> bytes:
    return b"".join(Path(name).read_bytes() for name in stored(where))


@pytest.fixture(autouse=True)
def _empty_places() -> None:
    for where in ("quarantine", "images"):
        for name in stored(where):
            Path(name).unlink()


def test_an_upload_is_encrypted_and_dated_by_the_hour(osler: Viewer) -> None:
    image = make_image(osler, make_draft(osler))

    assert image.state == ImageState.RECEIVED
    assert image.received_at.minute == image.received_at.second == 0
    assert PLANTED not in everything_in("quarantine")
    assert image_storage.read_encrypted(image.original, image.original_key) == make_photograph()
    assert stored("images") == []


def test_one_upload_sent_twice_is_one_picture(osler: Viewer) -> None:
    draft, key = make_draft(osler), uuid.uuid4()

    both = [
        services.receive_image(
            viewer=osler, draft=draft, upload=make_photograph(), idempotency_key=key
        )
        for _ in range(2)
    ]

    assert both[0].pk == both[1].pk
    assert len(stored("quarantine")) == 1


def test_two_files_of_one_form_are_two_pictures(
    osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    draft, client = make_draft(osler), client_for(osler)
    two = [SimpleUploadedFile(f"{n}.jpg", make_photograph(size=(300 + n, 300))) for n in range(2)]

    client.post(
        reverse("cases:draft", args=[draft.public_id]),
        {"version": "1", "preset": "diagnosis", "images": two, "idempotency_key": uuid.uuid4()},
    )

    assert [image.position for image in draft.row.images.all()] == [0, 1]


@pytest.mark.parametrize(
    "upload", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"MZ" + bytes(100)]
)
def test_an_upload_that_is_no_picture_is_refused(osler: Viewer, upload: bytes) -> None:
    with pytest.raises(UnreadableImage):
        services.receive_image(
            viewer=osler, draft=make_draft(osler), upload=upload, idempotency_key=uuid.uuid4()
        )

    assert stored("quarantine") == []


def test_a_huge_file_and_a_thirteenth_picture_are_refused(osler: Viewer, settings: Any) -> None:
    draft = make_draft(osler)
    settings.MAX_IMAGE_BYTES = 1000
    with pytest.raises(ImageTooLarge):
        make_image(osler, draft)
    settings.MAX_IMAGE_BYTES = 10_000_000
    for number in range(services.MAX_IMAGES):
        make_image(osler, draft, make_photograph(size=(100 + number, 90)))

    with pytest.raises(TooManyImages):
        make_image(osler, draft)

    assert len(stored("quarantine")) == services.MAX_IMAGES


@pytest.mark.parametrize(
    ("format_", "kind"),
    [("JPEG", "JPEG"), ("PNG", "PNG"), ("WEBP", "WebP"), ("TIFF", "TIFF"), ("GIF", "GIF")],
)
def test_formats_are_known_by_their_first_bytes(format_: str, kind: str) -> None:
    out = io.BytesIO()
    Pillow.new("RGB", (20, 20)).save(out, format_)

    assert picture_format(out.getvalue()) == kind


def test_heic_is_known_by_its_brand() -> None:
    assert picture_format(b"\0\0\0\x18ftypheic" + bytes(8)) == "HEIF"


def test_a_photograph_from_upload_to_rendition(
    osler: Viewer, blackwell: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    """From a telephone with a place and a name on it, to WebP that holds neither."""
    draft = make_draft(osler)
    image = make_image(osler, draft, make_photograph("NAME: ZOE EXAMPLE"))
    author, other = client_for(osler), client_for(blackwell)

    worker.process(image.pk)

    image.refresh_from_db()
    assert image.state == ImageState.AWAITING_REVIEW
    assert {"location", "camera"} <= set(image.removed_metadata)
    assert any(box["kind"] == "text" for box in image.suggested_redactions)
    assert stored("images") == []
    look = reverse("cases:review-image", args=[draft.public_id, image.public_id])
    preview = reverse("cases:image-preview", args=[draft.public_id, image.public_id, 0])
    assert author.get(look).status_code == 200
    shown = author.get(preview)
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/webp")
    assert "no-store" in shown["Cache-Control"]
    assert PLANTED not in shown.content
    assert other.get(preview).status_code == 404
    assert other.get(look).status_code == 404

    answer = author.post(
        reverse("cases:image-confirm", args=[draft.public_id, image.public_id]),
        confirmation(image, caption="Arms", alt="Rings on both arms"),
    )
    assert answer.status_code == 302
    worker.process(image.pk)

    image.refresh_from_db()
    assert image.state == ImageState.READY, image.refusal_reason
    assert (image.caption, image.alt) == ("Arms", "Rings on both arms")
    assert_clean(image)


def confirmation(image: Image, **fields: Any) -> dict[str, Any]:
    """What the look page sends when every proposal is accepted."""
    rows = image.suggested_redactions
    data = {"box-TOTAL_FORMS": len(rows), "box-INITIAL_FORMS": len(rows), **fields}
    for number, box in enumerate(rows):
        data[f"box-{number}-origin"] = f"{box['kind']}:{box['score']}"
        data[f"box-{number}-suggestion"] = number
        data |= {f"box-{number}-{name}": box[name] for name in ("x", "y", "w", "h")}
    return data


def around(x: float, y: float) -> tuple[int, int, int, int]:
    return int(x) - 2, int(y) - 2, int(x) + 2, int(y) + 2


def assert_clean(image: Image) -> None:
    """Every rendered size is WebP without metadata, and black where the name stood."""
    for name, width, height in image.renditions.values():
        with storage_for("images").open(name) as file:
            data = file.read()
        assert PLANTED not in data
        picture = Pillow.open(io.BytesIO(data))
        assert (picture.format, picture.size) == ("WEBP", (width, height))
        assert not dict(picture.getexif())
        box = max(image.accepted_redactions, key=lambda box: box["w"])
        scale = width / image.width
        centre = ((box["x"] + box["w"] / 2) * scale, (box["y"] + box["h"] / 2) * scale)
        assert max(picture.convert("L").crop(around(*centre)).tobytes()) < 60


def test_a_task_delivered_twice_works_once(osler: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    image = make_ready_image(osler, make_draft(osler))
    before = (image.renditions, sorted(stored("images")))

    def fail(*_args: object) -> None:
        raise AssertionError("worked twice")

    monkeypatch.setattr(worker, "_redact_and_render", fail)
    monkeypatch.setattr(worker, "_inspect", fail)
    worker.process(image.pk)
    worker.process(image.pk)

    image.refresh_from_db()
    assert (image.renditions, sorted(stored("images"))) == before


def test_a_second_delivery_does_nothing_while_the_lease_is_held(
    osler: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = make_image(osler, make_draft(osler))
    calls: list[uuid.UUID] = []

    def second_delivery(detected: Image, directory: Path) -> None:
        calls.append(detected.pk)
        worker.process(detected.pk)

    monkeypatch.setattr(worker, "_inspect", second_delivery)
    worker.process(image.pk)

    assert calls == [image.pk]


def test_a_killed_worker_is_replaced_and_its_late_result_is_discarded(
    osler: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = make_image(osler, make_draft(osler))
    late = worker.claim(image.pk)
    assert late is not None
    assert worker.enqueue_due() == 0
    Image.objects.filter(pk=image.pk).update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    assert worker.enqueue_due() == 1

    worker.process(image.pk)
    name, _key = image_storage.write_encrypted(b"late")
    worker.release_or_discard(late, [("quarantine", name)], state=ImageState.REFUSED)

    image.refresh_from_db()
    assert image.state == ImageState.AWAITING_REVIEW
    assert not storage_for("quarantine").exists(name)


def test_a_picture_that_kills_its_workers_is_refused(osler: Viewer) -> None:
    image = make_image(osler, make_draft(osler))

    for _ in range(worker.MAX_ATTEMPTS):
        assert worker.claim(image.pk) is not None
        Image.objects.filter(pk=image.pk).update(lease_until=timezone.now())
    worker.process(image.pk)

    image.refresh_from_db()
    assert (image.state, image.refusal_reason) == (ImageState.REFUSED, ATTEMPTS_EXHAUSTED)


def test_a_failure_on_our_side_is_tried_three_times(
    osler: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = make_image(osler, make_draft(osler))

    def broken(*_args: object) -> None:
        raise DeidentificationFailed("synthetic")

    monkeypatch.setattr(worker, "_inspect", broken)
    for attempt in range(1, worker.MAX_ATTEMPTS + 1):
        worker.process(image.pk)
        worker.process(image.pk)  # too early: waits
        image.refresh_from_db()
        assert image.attempts == attempt
        Image.objects.filter(pk=image.pk).update(lease_until=None)

    assert image.state == ImageState.REFUSED
    assert image.original
    services.retry_image(image=image)
    image.refresh_from_db()
    assert (image.state, image.attempts, image.refusal_reason) == (ImageState.RECEIVED, 0, "")


def test_a_refused_file_is_deleted_with_a_reason(
    osler: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = make_image(osler, make_draft(osler), b"\xff\xd8\xff" + b"synthetic damage" * 20)

    worker.process(image.pk)

    image.refresh_from_db()
    assert image.state == ImageState.REFUSED
    assert image.refusal_reason.endswith(".")
    assert not can_retry(image)


def test_refusing_deletes_the_file_after_the_commit(
    osler: Viewer, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    image = make_image(osler, make_draft(osler))

    def refuse(*_args: object) -> None:
        raise FileRefused("synthetic", "This synthetic picture is refused.")

    monkeypatch.setattr(worker, "_inspect", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        worker.process(image.pk)

    assert stored("quarantine") == []


def test_detections_of_the_second_check_go_back_to_the_author(
    osler: Viewer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    image = make_looked_at(osler, make_draft(osler))
    services.confirm_image(image=image, redactions=redactions_from_json([BOX]))
    image.refresh_from_db()
    detected = RedactionBox(0, 300, 300, 80, 30, "text", 0.8)
    redacted = type("Redacted", (), {"remaining_boxes": (detected,), "frames": ()})()
    monkeypatch.setattr("cases.imaging.storage.unpack_frames", lambda *_: [object()])
    monkeypatch.setattr("cases.deid.images.redact", lambda *_, **__: redacted)

    worker.process(image.pk)

    image.refresh_from_db()
    assert image.state == ImageState.AWAITING_REVIEW
    assert image.suggested_redactions[-1]["from_second_check"] is True
    assert stored("images") == []


def test_the_second_check_ignores_what_the_author_left_visible(osler: Viewer) -> None:
    left, new = (
        RedactionBox(0, 12, 11, 46, 18, "text", 0.7),
        RedactionBox(0, 400, 400, 40, 40, "face", 0.9),
    )

    assert undecided_boxes([BOX], [], [left, new]) == [new]


def test_a_detection_on_several_frames_is_one_suggestion_for_every_frame() -> None:
    boxes = [
        RedactionBox(0, 10, 10, 100, 30, "text", 0.9),
        RedactionBox(1, 12, 12, 90, 25, "text", 0.8),
        RedactionBox(2, 300, 10, 60, 60, "face", 0.7),
    ]

    suggestions = suggestions_from_boxes(boxes, 3)

    assert [(box["x"], box["frame"], box["frames"]) for box in suggestions] == [
        (10, 0, [0, 1]),
        (300, 0, [2]),
    ]
    assert len(boxes_on_frames(redactions_from_json(suggestions), 3)) == 6


def test_a_redaction_of_one_frame_leaves_the_same_detection_on_another_frame_undecided() -> None:
    alone = Redaction(RedactionBox(0, 10, 10, 100, 30), only_frame=1)
    detected = RedactionBox(1, 12, 12, 90, 25, "text", 0.8)
    also_on_the_last = RedactionBox(2, 12, 12, 90, 25, "text", 0.8)
    proposed = suggestions_from_boxes([detected], 3)

    assert [box.frame for box in boxes_on_frames([alone], 3)] == [1]
    assert undecided_boxes(proposed, [alone], [detected, also_on_the_last]) == [also_on_the_last]
    assert suggestions_left_visible(proposed, [alone]) == []
    assert [
        n
        for n, _ in suggestions_left_visible(
            suggestions_from_boxes([detected, also_on_the_last], 3), [alone]
        )
    ] == [0]


def test_suggestions_left_visible_stay_beside_the_accepted_redactions(osler: Viewer) -> None:
    image = make_looked_at(osler, make_draft(osler))

    services.confirm_image(image=image, redactions=[])

    image.refresh_from_db()
    assert image.state == ImageState.CONFIRMED
    assert (image.suggested_redactions, image.accepted_redactions) == ([BOX], [])


def test_a_picture_cannot_be_confirmed_before_it_is_inspected(osler: Viewer) -> None:
    image = make_image(osler, make_draft(osler))

    with pytest.raises(ImageBusy):
        services.confirm_image(image=image, redactions=[])


def test_an_incomplete_redaction_is_an_error(
    osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    draft = make_draft(osler)
    image = make_looked_at(osler, draft)
    data = confirmation(image) | {"box-0-w": ""}

    answer = client_for(osler).post(
        reverse("cases:image-confirm", args=[draft.public_id, image.public_id]), data
    )

    assert answer.status_code == 422
    image.refresh_from_db()
    assert image.state == ImageState.AWAITING_REVIEW


def test_a_removed_suggestion_stays_visible_and_a_drawn_redaction_is_applied(
    osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    draft = make_draft(osler)
    image = make_looked_at(osler, draft)
    data = confirmation(image) | {
        "box-0-is_removed": "on",
        "box-0-reason": "device",
        "box-TOTAL_FORMS": 3,
    }
    data |= {"box-2-x": 600, "box-2-y": 470, "box-2-w": 900, "box-2-h": 900}

    client_for(osler).post(
        reverse("cases:image-confirm", args=[draft.public_id, image.public_id]), data
    )

    image.refresh_from_db()
    assert image.accepted_redactions == [
        {"frame": 0, "x": 600, "y": 470, "w": 40, "h": 10, "kind": "drawn", "score": 1.0}
    ]


def test_polling_ends_when_the_picture_awaits_review(
    osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    client, draft = client_for(osler), make_draft(osler)
    image = make_image(osler, draft)
    url = reverse("cases:upload-row", args=[draft.public_id, image.public_id])

    waiting = client.get(url, headers={"HX-Request": "true"})
    assert client.get(f"{url}?state=received").status_code == 204
    Image.objects.filter(pk=image.pk).update(state=ImageState.AWAITING_REVIEW)
    done = client.get(url, headers={"HX-Request": "true"})

    assert waiting.status_code == 200
    assert b"every 2s" in waiting.content
    assert client.get(f"{url}?state=received").status_code == 286
    assert done.status_code == 286
    assert b"every 2s" not in done.content


def test_the_uploader_gets_a_row_or_the_reason(
    osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    client, draft = client_for(osler), make_draft(osler)
    url = reverse("cases:upload", args=[draft.public_id])

    taken = client.post(
        url,
        {"images": SimpleUploadedFile("patient-name.jpg", make_photograph())},
        headers={"HX-Request": "true"},
    )
    refused = client.post(
        url,
        {"images": SimpleUploadedFile("patient-name.pdf", b"%PDF")},
        headers={"HX-Request": "true"},
    )

    assert taken.status_code == 200
    assert taken.content.strip().startswith(b"<li")
    assert refused.status_code == 422
    assert b"not a picture" in refused.content
    assert b"patient-name" not in taken.content + refused.content


def test_pictures_can_be_moved_and_removed(
    osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    client, draft = client_for(osler), make_draft(osler)
    first, second, third = (
        make_image(osler, draft, make_photograph(size=(100 + n, 90))) for n in range(3)
    )

    def order() -> list[Any]:
        return list(draft.row.images.values_list("pk", flat=True))

    client.post(reverse("cases:image-move", args=[draft.public_id, third.public_id, "up"]))
    assert order() == [first.pk, third.pk, second.pk]
    client.post(reverse("cases:image-remove", args=[draft.public_id, first.public_id]))
    assert order() == [third.pk, second.pk]
    odd = reverse("cases:image-move", args=[draft.public_id, third.public_id, "sideways"])
    assert client.post(odd).status_code == 404


@pytest.mark.parametrize("name", ["upload-row", "review-image", "image-confirm", "image-remove"])
def test_a_picture_of_another_draft_is_not_found(
    osler: Viewer, blackwell: Viewer, client_for: Callable[[Viewer], Client], name: str
) -> None:
    image = make_looked_at(osler, make_draft(osler))
    own = make_draft(blackwell)
    method = "post" if name in {"image-confirm", "image-remove"} else "get"

    url = reverse(f"cases:{name}", args=[own.public_id, image.public_id])

    assert getattr(client_for(blackwell), method)(url).status_code == 404
    assert Image.objects.filter(pk=image.pk).exists()


def test_a_picture_is_served_only_when_ready_and_only_to_its_author(
    osler: Viewer, blackwell: Viewer, client_for: Callable[[Viewer | None], Client]
) -> None:
    draft = make_draft(osler)
    image = make_image(osler, draft)
    author, other = client_for(osler), client_for(blackwell)
    addresses = [
        reverse("cases:media", args=[image.public_id, size])
        for size in ("480", "720", "1280", "2048", "original")
    ]
    for state in ImageState.values:
        if state != ImageState.READY:
            Image.objects.filter(pk=image.pk).update(state=state)
            for address in addresses:
                assert author.get(address).status_code == 404
                assert other.get(address).status_code == 404
    Image.objects.filter(pk=image.pk).update(state=ImageState.RECEIVED)
    worker.process(image.pk)
    image.refresh_from_db()
    services.confirm_image(image=image, redactions=[])
    worker.process(image.pk)

    served = author.get(addresses[0])

    assert served.status_code == 200
    assert served["Cache-Control"] == "private, max-age=0, no-store"
    assert served["Content-Type"] == "image/webp"
    assert served.content[:4] == b"RIFF"
    assert other.get(addresses[0]).status_code == 404
    assert client_for(None).get(addresses[0]).status_code == 302


def test_readers_of_a_case_see_its_pictures(
    osler: Viewer, blackwell: Viewer, moderator: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    case = make_case(osler, shown_as=ShownAs.ANONYMOUS)
    image = make_ready_image(osler, make_draft(osler))
    Image.objects.filter(pk=image.pk).update(draft=None, case=case)
    address = reverse("cases:media", args=[image.public_id, "480"])

    other = client_for(blackwell)
    assert other.get(address).status_code == 200
    type(case).objects.filter(pk=case.pk).update(hidden_at=timezone.now())
    assert other.get(address).status_code == 404
    assert client_for(osler).get(address).status_code == 200
    assert client_for(moderator).get(address).status_code == 200


def test_the_proxy_can_send_the_bytes(
    osler: Viewer, client_for: Callable[[Viewer], Client], settings: Any
) -> None:
    settings.SERMO_ACCEL_PREFIX = "/protected"
    image = make_ready_image(osler, make_draft(osler))

    answer = client_for(osler).get(reverse("cases:media", args=[image.public_id, "480"]))

    assert answer["X-Accel-Redirect"] == f"/protected/{image.renditions['480'][0]}"
    assert answer.content == b""


def test_originals_are_deleted_after_seven_days(
    osler: Viewer, django_capture_on_commit_callbacks: Any
) -> None:
    draft = make_draft(osler)
    fresh, old = make_image(osler, draft), make_looked_at(osler, draft)
    week = timezone.now() - dt.timedelta(days=8)
    Image.objects.filter(pk=old.pk).update(received_at=week)

    with django_capture_on_commit_callbacks(execute=True):
        purge.purge()

    fresh.refresh_from_db()
    assert fresh.original
    assert not storage_for("quarantine").exists(old.original)
    assert storage_for("quarantine").exists(old.working)
    old.refresh_from_db()
    assert (old.original, old.original_key, old.state) == ("", b"", ImageState.AWAITING_REVIEW)


def test_removing_a_picture_removes_its_files(
    osler: Viewer, django_capture_on_commit_callbacks: Any
) -> None:
    image = make_ready_image(osler, make_draft(osler))
    assert stored("images")

    with django_capture_on_commit_callbacks(execute=True):
        services.remove_image(image=image)
        services.remove_image(image=image)

    assert stored("images") == stored("quarantine") == []
