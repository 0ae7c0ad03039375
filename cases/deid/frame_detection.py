"""Proposes boxes of text and faces on one frame. Runs in the warm process, its models loaded."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from cases.deid import face_detection, frame_redaction, text_detection
from cases.deid.results import BoxKind, Frame, RedactionBox
from cases.deid.text_lines import Detection


def propose_boxes_on_frame(
    frame: Frame, *, number: int, near: Sequence[RedactionBox] | None = None
) -> list[RedactionBox]:
    """Boxes for frame `number`, widened by a margin and clipped to the frame.

    With `near` the fine views are made only around those boxes: enough to verify a redaction, as
    the other pixels have been searched before. Raises DeidentificationFailed if a model is missing.
    """
    picture = frame_redaction.read_frame(frame)
    shrink = max(1, max(picture.size) // text_detection.FINE_SIDE)
    if shrink > 1:
        picture = picture.reduce(shrink)
    image = np.asarray(picture)
    del picture  # 200 MB for the largest
    around = heads = None
    if near is not None:
        around = [_shrunk(box, shrink) for box in near]
        heads = [_shrunk(box, shrink) for box in near if box.kind != "text"]
    with ThreadPoolExecutor(1) as pool:
        faces = pool.submit(face_detection.find_faces, image, around or (), heads)
        texts = text_detection.find_text(image, around)
        people = faces.result()
    boxes = [_box(detection, shrink, frame, number, "text") for detection in texts]
    return boxes + [_box(detection, shrink, frame, number, "face") for detection in people]


def _shrunk(box: RedactionBox, factor: int) -> tuple[int, int, int, int]:
    """Left, top, width and height in pixels of the shrunk frame; the latter two rounded up."""
    return box.x // factor, box.y // factor, -(-box.w // factor), -(-box.h // factor)


def _box(
    detection: Detection, scale: int, frame: Frame, number: int, kind: BoxKind
) -> RedactionBox:
    left, top = max(0, round(detection.x * scale)), max(0, round(detection.y * scale))
    right = min(frame.width, round((detection.x + detection.w) * scale))
    bottom = min(frame.height, round((detection.y + detection.h) * scale))
    width, height = max(1, right - left), max(1, bottom - top)
    score = round(min(1.0, detection.score), 3)
    return RedactionBox(number, left, top, width, height, kind, score)
