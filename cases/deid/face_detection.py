"""Finds faces: two BlazeFace models propose, every proposal is then looked at once more by itself.

The first look is at the whole and, in larger pictures, at overlapping tiles, each in four
rotations, and takes even weak finds. The second look cuts each find out, turns its eyes level and
asks both models again at several distances: a real face stays one, a texture does not. A find
large enough to cost much of the picture needs more votes. Where the models come from:
`models/README.md`.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cases.deid.errors import DeidentificationFailed
from cases.deid.text_lines import Detection, Pixels, Rect

Floats = NDArray[np.float64]

WEAKEST = 0.15
"""The least score of a first find: weak ones are cheap to look at again."""
MOST = 24
"""How many finds of a picture get a second look, the best first."""
TILED_FROM = 500
"""Longest side from which tiles of half that side are looked at as well."""
LARGEST = 2000
"""Longest side that is looked at: the models see tiles of it at a tenth of their size."""
VIEW = 384
"""Side to which a view is brought before the models scale it further."""
SURE = ((0.15, 1.2), (0.02, 0.8), (0.0, 0.0))
"""What the votes must reach for a find over this part of the picture: small ones cost little."""
# How far a face reaches beyond the box of the models, which ends at brows and chin.
SIDES, ABOVE, BELOW = 0.2, 0.38, 0.18


@dataclass(frozen=True, slots=True)
class Face:
    """A find: its middle, its size and how far its eyes are from level, in pixels and radians."""

    x: float
    y: float
    size: float
    angle: float
    score: float


@dataclass(frozen=True, slots=True)
class _Model:
    """One network, the side of its input and the middles of its cells, 0 to 1."""

    session: Any
    side: int
    cells: Floats

    def __call__(self, view: Pixels) -> tuple[Floats, Floats, Floats, Floats]:
        """Scores, middles, sizes and the angle of the eyes on a square RGB view; lengths 0 to 1."""
        method = cv2.INTER_AREA if view.shape[0] > self.side else cv2.INTER_LINEAR
        scaled = cv2.resize(view, (self.side, self.side), interpolation=method)
        values = (scaled.astype(np.float32) / 127.5 - 1.0)[None]
        places, scores = self.session.run(None, {"input": values})
        pairs = places[0].astype(np.float64).reshape(-1, 8, 2) / self.side
        eyes = pairs[:, 3] - pairs[:, 2]
        odds = np.clip(scores[0, :, 0].astype(np.float64), -30, 30)
        return (
            1 / (1 + np.exp(-odds)),
            self.cells + pairs[:, 0],
            pairs[:, 1].max(axis=1),
            np.arctan2(eyes[:, 1], eyes[:, 0]),
        )


def _cells(count: int, layers: int) -> Floats:
    """Middles of a square grid row by row, each as often as the model has layers for it."""
    middles = (np.arange(count) + 0.5) / count
    down, across = np.meshgrid(middles, middles, indexing="ij")
    return np.repeat(np.stack([across.ravel(), down.ravel()], axis=1), layers, axis=0)


@cache
def _models() -> tuple[_Model, _Model]:
    """For faces near the camera, and farther away. Loaded once."""
    from cases.deid.ocr_models import inference_session

    folder = Path(__file__).parent / "models"
    short, full = folder / "blazeface_short.onnx", folder / "blazeface_full.onnx"
    if not (short.is_file() and full.is_file()):
        raise DeidentificationFailed("the face detector's models are not installed")
    threads = max(1, min(2, os.cpu_count() or 1))
    return (
        _Model(
            inference_session(short, threads), 128, np.concatenate([_cells(16, 2), _cells(8, 6)])
        ),
        _Model(inference_session(full, threads), 192, _cells(48, 1)),
    )


def find_faces(
    image: Pixels, filled: Sequence[Rect] = (), near: Sequence[Rect] | None = None
) -> list[Detection]:
    """Boxes of faces on an RGB picture, widened to hold hair and chin.

    What has its middle in a bar that we have `filled` in needs the votes of a large find. With
    `near`, tiles are looked at only there.
    """
    scale = max(1.0, max(image.shape[:2]) / LARGEST)
    if scale > 1:
        size = (round(image.shape[1] / scale), round(image.shape[0] / scale))
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        filled = [_smaller(bar, scale) for bar in filled]
        near = None if near is None else [_smaller(bar, scale) for bar in near]
    kept: list[Face] = []
    for face in _candidates(image, near):
        votes = confirmation_score(image, face)
        if votes >= _least(face, image.shape[0] * image.shape[1], filled):
            kept.append(replace(face, score=1 / (1 + math.exp(-votes))))
    return [_larger(_widened(face), scale) for face in _distinct(kept)]


def _smaller(bar: Rect, scale: float) -> Rect:
    x, y, w, h = (value / scale for value in bar)
    return math.floor(x), math.floor(y), math.ceil(w), math.ceil(h)


def _larger(found: Detection, scale: float) -> Detection:
    return Detection(
        found.x * scale, found.y * scale, found.w * scale, found.h * scale, found.score
    )


def _least(face: Face, area: int, filled: Sequence[Rect]) -> float:
    if any(x <= face.x < x + w and y <= face.y < y + h for x, y, w, h in filled):
        return SURE[0][1]
    return next(least for part, least in SURE if face.size**2 >= part * area)


def _candidates(image: Pixels, near: Sequence[Rect] | None = None) -> list[Face]:
    """First finds, the best first, one for each place and size."""
    views = (v for v in _views(image) if near is None or v[4] or _touches(v, near))
    found = [face for view in views for face in _propose(image, *view)]
    kept: list[Face] = []
    for face in sorted(found, key=lambda face: face.score, reverse=True):
        if not any(_same(face, other) for other in kept):
            kept.append(face)
    return kept[:MOST]


def _touches(view: tuple[int, int, int, int, bool], filled: Sequence[Rect]) -> bool:
    left, top, right, bottom, _ = view
    return any(x < right and left < x + w and y < bottom and top < y + h for x, y, w, h in filled)


def _same(one: Face, two: Face) -> bool:
    reach = 0.4 * max(one.size, two.size)
    near = abs(one.x - two.x) < reach and abs(one.y - two.y) < reach
    return near and 0.5 < one.size / two.size < 2


def _views(image: Pixels) -> Iterator[tuple[int, int, int, int, bool]]:
    """Left, top, right, bottom of what is looked at, and whether it is the whole."""
    height, width = image.shape[:2]
    yield 0, 0, width, height, True
    longest = max(height, width)
    if longest < TILED_FROM:
        return
    side = longest // 2
    for top in _starts(height, side):
        for left in _starts(width, side):
            yield left, top, min(width, left + side), min(height, top + side), False


def _starts(length: int, side: int) -> list[int]:
    """Where tiles begin that overlap by 45 %, a face's size in all likelihood."""
    if length <= side:
        return [0]
    steps = math.ceil((length - side) / (0.55 * side))
    return [round((length - side) * step / steps) for step in range(steps + 1)]


def _propose(
    image: Pixels, left: int, top: int, right: int, bottom: int, whole: bool
) -> Iterator[Face]:
    view, across, down, side = _square(image[top:bottom, left:right])
    models = _models() if whole else _models()[1:]
    for turns in range(4):
        turned = np.ascontiguousarray(np.rot90(view, turns))
        for model in models:
            scores, middles, sizes, angles = model(turned)
            for place in np.flatnonzero(scores > WEAKEST):
                x, y = middles[place]
                for _ in range(turns):
                    x, y = 1 - y, x
                yield Face(
                    float(x * side - across + left),
                    float(y * side - down + top),
                    float(max(sizes[place] * side, 4.0)),
                    float(angles[place] + turns * math.pi / 2),
                    float(scores[place]),
                )


def _square(view: Pixels) -> tuple[Pixels, int, int, int]:
    """The view in the middle of a black square, how far from its edges, and the square's side."""
    height, width = view.shape[:2]
    side = max(height, width)
    down, across = (side - height) // 2, (side - width) // 2
    scale = min(1.0, VIEW / side)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(view, size, interpolation=cv2.INTER_AREA)
    edge = max(size)
    above, before = (edge - size[1]) // 2, (edge - size[0]) // 2
    rest = (above, edge - size[1] - above, before, edge - size[0] - before)
    padded = cv2.copyMakeBorder(small, *rest, cv2.BORDER_CONSTANT)
    return np.asarray(padded, dtype=np.uint8), across, down, side


# Distance (the side of what is cut out, in sizes of the face), whether the far model is asked,
# and the weight of its vote. Fitted on faces and clean pictures that no reported figure uses.
VOTES = ((2.5, False, 0.84), (1.6, False, 0.66), (4.0, True, 0.26), (2.5, True, 0.17))


def confirmation_score(image: Pixels, face: Face) -> float:
    """The second look at one find, as weighted log odds; -4 when the first vote is against."""
    total = 0.0
    for distance, far, weight in VOTES:
        total += weight * model_vote(image, face, distance, far=far)
        if distance == VOTES[0][0] and not far and total < -0.5:
            return -4.0
    return total


def model_vote(image: Pixels, face: Face, distance: float, *, far: bool) -> float:
    """What one model says of the find alone, its eyes level: the mean of it and its mirror image.

    Log odds between -4 and 4.
    """
    model = _models()[far]
    cut = _cut(image, face, distance * face.size, model.side)
    both = (cut, np.ascontiguousarray(cut[:, ::-1]))
    return sum(_odds(model, one, 1 / distance) for one in both) / 2


def _odds(model: _Model, view: Pixels, size: float) -> float:
    scores, middles, sizes, _ = model(view)
    fits = (np.abs(middles - 0.5).max(axis=1) < 0.18) & (sizes > 0.55 * size) & (sizes < 1.8 * size)
    best = float(scores[fits].max()) if fits.any() else 0.0
    best = min(max(best, 0.018), 0.982)
    return math.log(best / (1 - best))


def _cut(image: Pixels, face: Face, side: float, pixels: int) -> Pixels:
    """A square around the find, its eyes level, scaled to `pixels`."""
    scale = side / pixels
    if scale > 2:  # thin out first: a warp takes single pixels
        reach = 0.75 * side
        left, top = max(0, int(face.x - reach)), max(0, int(face.y - reach))
        part = image[top : int(face.y + reach) + 1, left : int(face.x + reach) + 1]
        size = (max(1, round(part.shape[1] / scale)), max(1, round(part.shape[0] / scale)))
        image = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        face = replace(face, x=(face.x - left) / scale, y=(face.y - top) / scale)
        scale = 1.0
    across, down = scale * math.cos(face.angle), scale * math.sin(face.angle)
    half = pixels / 2
    matrix = np.array(
        [
            [across, -down, face.x - half * (across - down)],
            [down, across, face.y - half * (across + down)],
        ]
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(image, matrix, (pixels, pixels), flags=flags), dtype=np.uint8)


def _distinct(found: Sequence[Face]) -> list[Face]:
    """The surest of finds that share their middle, larger ones included."""
    kept: list[Face] = []
    for face in sorted(found, key=lambda face: face.score, reverse=True):
        if not any(
            math.hypot(face.x - other.x, face.y - other.y) < 0.5 * max(face.size, other.size)
            for other in kept
        ):
            kept.append(face)
    return kept


def _widened(face: Face) -> Detection:
    """An upright box around head and hair, wherever up is for the face."""
    across, down = math.cos(face.angle), math.sin(face.angle)
    corners = [
        (face.x + x * across - y * down, face.y + x * down + y * across)
        for x in (-face.size * (0.5 + SIDES), face.size * (0.5 + SIDES))
        for y in (-face.size * (0.5 + ABOVE), face.size * (0.5 + BELOW))
    ]
    left, right = min(x for x, _ in corners), max(x for x, _ in corners)
    top, bottom = min(y for _, y in corners), max(y for _, y in corners)
    return Detection(left, top, right - left, bottom - top, face.score)
