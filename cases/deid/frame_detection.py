"""Proposes boxes of text and faces on one frame. Runs in the warm child, its models loaded."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from cases.deid import face_detection, pixels, text_detection
from cases.deid.results import BoxKind, Frame, RedactionBox
from cases.deid.text_lines import Detection


def propose_boxes_on_frame(
    frame: Frame, *, number: int, near: Sequence[RedactionBox] | None = None
) -> list[RedactionBox]:
    """Boxes for frame `number`, widened by a margin and clipped to the frame.

    With `near` the fine passes are made only around those boxes: enough for a second look at
    pixels that the first look has seen.
    """
    picture = pixels.read(frame)
    shrink = max(1, max(picture.size) // text_detection.FINE)
    if shrink > 1:
        picture = picture.reduce(shrink)
    image = np.asarray(picture)
    del picture  # 200 MB for the largest
    around = None if near is None else [_smaller(box, shrink) for box in near]
    heads = None if near is None else [_smaller(box, shrink) for box in near if box.kind != "text"]
    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(face_detection.find_faces, image, around or (), heads)
        texts = text_detection.find_text(image, around)
        people = looking.result()
    return [_box(found, shrink, frame, number, "text") for found in texts] + [
        _box(found, shrink, frame, number, "face") for found in people
    ]


def _smaller(box: RedactionBox, shrink: int) -> tuple[int, int, int, int]:
    return box.x // shrink, box.y // shrink, -(-box.w // shrink), -(-box.h // shrink)


def _box(found: Detection, scale: int, frame: Frame, number: int, kind: BoxKind) -> RedactionBox:
    left, top = max(0, round(found.x * scale)), max(0, round(found.y * scale))
    right = min(frame.width, round((found.x + found.w) * scale))
    bottom = min(frame.height, round((found.y + found.h) * scale))
    width, height = max(1, right - left), max(1, bottom - top)
    return RedactionBox(number, left, top, width, height, kind, round(min(1.0, found.score), 3))
