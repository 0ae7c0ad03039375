"""Which texts and faces are detected on a picture, and what is not taken for one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from cases.deid import face_detection, images, limits
from cases.deid.results import Frame, RedactionBox
from cases.deid.text_lines import Detection
from tests.deid import synthetic_pictures


def _covers(boxes: tuple[RedactionBox, ...], x: int, y: int, frame: int = 0) -> bool:
    return any(b.frame == frame and b.x <= x < b.x + b.w and b.y <= y < b.y + b.h for b in boxes)


@pytest.mark.parametrize("turned", [0, 90, 180, 270, 25])
@pytest.mark.parametrize("person", [0, 1, 2])
def test_face_is_covered_whichever_way_up(person: int, turned: int) -> None:
    photo, truth = synthetic_pictures.portrait(person, turned=turned)

    boxes = face_detection.find_faces(np.asarray(photo))

    assert _covered(boxes, truth) > 0.95
    assert sum(face.w * face.h for face in boxes) < 0.6 * photo.width * photo.height


def test_face_under_a_mask_in_grey_in_a_corner_of_a_large_photo_is_covered() -> None:
    photo, truth = synthetic_pictures.portrait(3, masked=True)
    room = synthetic_pictures.skin(2400, 1800, 4)
    room.paste(photo.convert("L").convert("RGB").resize((200, 240)), (2100, 1400))
    scale = 200 / photo.width
    place = tuple(round(value * scale) for value in truth)
    there = (2100 + place[0], 1400 + place[1], 2100 + place[2], 1400 + place[3])

    boxes = face_detection.find_faces(np.asarray(room))

    assert _covered(boxes, there) > 0.9
    assert sum(face.w * face.h for face in boxes) < 0.02 * 2400 * 1800


def _covered(boxes: list[Detection], truth: tuple[int, int, int, int]) -> float:
    left, top, right, bottom = truth
    mask = np.zeros((bottom, right), dtype=bool)
    for box in boxes:
        rows = slice(max(0, round(box.y)), max(0, round(box.y + box.h)))
        mask[rows, max(0, round(box.x)) : max(0, round(box.x + box.w))] = True
    return float(mask[top:, left:].mean())


@pytest.mark.parametrize("name", ["skin", "retina", "head_ct", "ecg"])
def test_clean_clinical_picture_is_not_redacted_in_its_centre(name: str, tmp_path: Path) -> None:
    picture: Image.Image = getattr(synthetic_pictures, name)()
    frame = _frame(picture, tmp_path)

    boxes = images.propose_boxes([frame])

    lost = sum(box.w * box.h for box in boxes) / (frame.width * frame.height)
    assert lost < 0.05


@pytest.mark.parametrize("shape", [(3, 15, 20, 6), (3, 20, 15, 4)])
def test_annular_lesion_is_not_text_nor_are_the_surroundings_of_a_redaction_on_it(
    shape: tuple[int, int, int, int], tmp_path: Path
) -> None:
    frame = _frame(synthetic_pictures.rings(*shape), tmp_path)

    boxes = images.propose_boxes([frame])
    redacted = images.redact([frame], [RedactionBox(0, 370, 270, 60, 60)], tmp_path)

    assert boxes == []
    assert redacted.remaining_boxes == ()


def test_row_of_rings_is_not_text_before_or_after_redaction(tmp_path: Path) -> None:
    frame = _frame(synthetic_pictures.rings_in_a_row(), tmp_path)

    boxes = images.propose_boxes([frame])
    redacted = images.redact([frame], boxes, tmp_path)

    assert len(boxes) == 1
    assert redacted.remaining_boxes == ()


def test_small_letters_in_a_large_photo_are_found(tmp_path: Path) -> None:
    frame = _frame(
        synthetic_pictures.write_on(synthetic_pictures.skin(3000, 2250), at=(1400, 2100), size=36),
        tmp_path,
    )

    boxes = tuple(images.propose_boxes([frame]))

    assert _covers(boxes, 1480, 2122)


def test_largest_picture_full_of_letters_and_grain_is_searched(tmp_path: Path) -> None:
    plain = synthetic_pictures.write_on(synthetic_pictures.skin(1000, 1000), at=(60, 60), size=90)
    grain = np.random.default_rng(3).integers(-25, 26, (1000, 1000, 3), dtype=np.int16)
    grainy = np.clip(np.asarray(plain).astype(np.int16) + grain, 0, 255).astype(np.uint8)
    side = int(limits.PIXELS**0.5) // 1000
    Image.fromarray(np.tile(grainy, (side, side, 1))).save(tmp_path / "full.jpg", quality=80)

    inspection = images.inspect(tmp_path / "full.jpg", tmp_path)

    assert (inspection.width, inspection.height) == (side * 1000, side * 1000)
    assert all(_covers(inspection.boxes, 150 + 1000 * n, 110 + 1000 * n) for n in range(side))


def test_text_up_and_down_and_upside_down_is_found(tmp_path: Path) -> None:
    picture = synthetic_pictures.write_on(
        synthetic_pictures.skin(900, 700), at=(30, 120), size=32, turned=90
    )
    picture = synthetic_pictures.write_on(picture, at=(300, 600), size=32, turned=180)
    frame = _frame(picture, tmp_path)

    boxes = tuple(images.propose_boxes([frame]))

    assert _covers(boxes, 50, 250)
    assert _covers(boxes, 420, 622)


def test_text_across_a_curve_is_found_and_the_curve_is_kept(tmp_path: Path) -> None:
    strip = synthetic_pictures.write_on(
        synthetic_pictures.ecg(), at=(300, 62), size=20, fill="black"
    )
    frame = _frame(strip, tmp_path)

    boxes = images.propose_boxes([frame])

    assert _covers(tuple(boxes), 380, 78)
    assert sum(box.w * box.h for box in boxes) < 0.04 * frame.width * frame.height


def test_blurred_line_on_blurred_colours_is_found_without_the_whole_picture(tmp_path: Path) -> None:
    skin = synthetic_pictures.skin(800, 600, seed=2)
    written = synthetic_pictures.write_on(
        skin, "MRN 00012345", (31, 341), size=26, fill=(85, 50, 50)
    )
    written.filter(ImageFilter.GaussianBlur(3)).save(tmp_path / "blurred.png")

    boxes = images.inspect(tmp_path / "blurred.png", tmp_path).boxes

    assert _covers(boxes, 60, 355)
    assert _covers(boxes, 165, 355)
    assert all(box.h < 80 for box in boxes)


def test_line_that_continues_on_dark_ground_is_covered_to_its_end(tmp_path: Path) -> None:
    picture = Image.new("RGB", (800, 600), (214, 170, 150))
    picture.paste((84, 52, 42), (300, 0, 800, 600))
    shown = synthetic_pictures.write_on(picture, "Zz Hospital Ward 7", (60, 280), 34, (15, 15, 15))
    frame = _frame(shown.filter(ImageFilter.GaussianBlur(2)), tmp_path)

    boxes = tuple(images.propose_boxes([frame]))

    assert _covers(boxes, 120, 298)
    assert _covers(boxes, 330, 298)


def test_boxes_end_close_to_the_letters(tmp_path: Path) -> None:
    shown = synthetic_pictures.write_on(
        synthetic_pictures.skin(), "ZZTEST", (100, 60), 120, "black"
    )
    ink = shown.convert("L").point(lambda value: 255 * (value < 40)).getbbox()
    frame = _frame(shown, tmp_path)

    boxes = images.propose_boxes([frame])

    assert ink is not None
    needed = (ink[2] - ink[0]) * (ink[3] - ink[1])
    assert _covers(tuple(boxes), (ink[0] + ink[2]) // 2, (ink[1] + ink[3]) // 2)
    assert sum(box.w * box.h for box in boxes) < 1.4 * needed


def _frame(picture: Image.Image, directory: Path) -> Frame:
    path = directory / "working.png"
    picture.save(path)
    return Frame(path, picture.width, picture.height)
