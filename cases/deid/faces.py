"""Finds faces with OpenCV's Haar cascades: frontal, and both profiles.

A first engine: the cascades find about four of five faces and see some where there are none, so
small, weak and lonely finds are dropped and the person who posts has the last look.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from cases.deid.errors import EngineFailed
from cases.deid.text_boxes import Found

LONGEST = 720
"""Longest side of the picture looked at."""
SMALLEST_PART = 0.05
"""Smallest face, as part of the shorter side."""
# Weights of the cascades' last stage; above this a find is a face about as often as not.
FRONTAL_WEIGHT = 4.0
PROFILE_WEIGHT = 4.0
SURE_WEIGHT = 10.0
MARGIN = 0.15


def find(image: NDArray[np.uint8]) -> list[Found]:
    """Boxes of faces on an RGB picture, widened to hold hair and chin."""
    height, width = image.shape[:2]
    scale = min(1.0, LONGEST / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    grey = np.asarray(cv2.equalizeHist(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)), dtype=np.uint8)
    found = _frontal(grey) + _profiles(grey)
    return [_widened(face, scale) for face in _distinct(found)]


@cache
def _cascade(name: str) -> cv2.CascadeClassifier:
    path = Path(cv2.__file__).parent / "data" / f"haarcascade_{name}.xml"
    cascade = cv2.CascadeClassifier(str(path))
    if cascade.empty():
        raise EngineFailed("the face detector's cascades are not installed")
    return cascade


def _run(grey: NDArray[np.uint8], name: str, neighbours: int, least: float) -> list[Found]:
    shortest = min(grey.shape[:2])
    side = max(24, round(shortest * SMALLEST_PART))
    if shortest < 48:
        return []
    boxes, _, weights = _cascade(name).detectMultiScale3(
        grey,
        scaleFactor=1.1,
        minNeighbors=neighbours,
        minSize=(side, side),
        outputRejectLevels=True,
    )
    return [
        Found(float(x), float(y), float(w), float(h), float(weight) / SURE_WEIGHT)
        for (x, y, w, h), weight in zip(boxes, np.ravel(weights), strict=True)
        if weight >= least
    ]


def _frontal(grey: NDArray[np.uint8]) -> list[Found]:
    return _run(grey, "frontalface_default", 5, FRONTAL_WEIGHT)


def _profiles(grey: NDArray[np.uint8]) -> list[Found]:
    width = grey.shape[1]
    right = _run(grey, "profileface", 5, PROFILE_WEIGHT)
    left = _run(np.ascontiguousarray(grey[:, ::-1]), "profileface", 5, PROFILE_WEIGHT)
    return right + [Found(width - f.x - f.w, f.y, f.w, f.h, f.score) for f in left]


def _distinct(found: Sequence[Found]) -> list[Found]:
    kept: list[Found] = []
    for face in sorted(found, key=lambda face: face.score, reverse=True):
        if not any(_overlap(face, other) > 0.3 for other in kept):
            kept.append(face)
    return kept


def _overlap(one: Found, two: Found) -> float:
    width = min(one.x + one.w, two.x + two.w) - max(one.x, two.x)
    height = min(one.y + one.h, two.y + two.h) - max(one.y, two.y)
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / min(one.w * one.h, two.w * two.h)


def _widened(face: Found, scale: float) -> Found:
    extra_x, extra_y = face.w * MARGIN, face.h * MARGIN * 1.4
    return Found(
        (face.x - extra_x) / scale,
        (face.y - extra_y) / scale,
        (face.w + 2 * extra_x) / scale,
        (face.h + 2 * extra_y) / scale,
        min(1.0, face.score),
    )
