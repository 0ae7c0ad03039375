"""Finds faces: two BlazeFace networks propose them, then each proposal is confirmed by itself.

The first search is of the whole and, in larger pictures, of overlapping tiles, each in four
rotations, and takes even weak scores. The confirmation cuts each proposal out, turns its eyes
level and asks both networks again at several distances: a real face stays one, a texture does
not. A proposal that would cover much of the picture needs more votes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from cases.deid.face_models import FaceModel, face_models
from cases.deid.text_lines import Detection, Pixels, Rect

Floats = NDArray[np.float64]

MIN_SCORE = 0.15
"""Of a proposal: weak ones are cheap to confirm."""
MAX_PROPOSALS = 24
"""So many proposals of a picture are confirmed, the best first."""
MIN_TILED_SIDE = 500
"""Longest side in pixels from which tiles of half that side are searched as well."""
MAX_SIDE = 2000
"""Longest side that is searched: the networks see tiles of it at a tenth of their size."""
VIEW_SIDE = 384
"""Side to which a view is scaled before the networks scale it further."""
MIN_VOTES = ((0.15, 1.2), (0.02, 0.8), (0.0, 0.0))
"""The least sum of votes for a proposal over this part of the picture: small ones cost little."""
# How far a head reaches beyond the box of the networks, which ends at brows and chin, in sizes.
MARGIN_SIDES, MARGIN_ABOVE, MARGIN_BELOW = 0.2, 0.38, 0.18


@dataclass(frozen=True, slots=True)
class Face:
    """A proposal: centre and size in pixels, angle of the eyes in radians, score from 0 to 1."""

    x: float
    y: float
    size: float
    angle: float
    score: float


def find_faces(
    image: Pixels, redacted: Sequence[Rect] = (), near: Sequence[Rect] | None = None
) -> list[Detection]:
    """Boxes of heads on an RGB picture of shape (height, width, 3), in its pixels.

    A proposal whose centre is in one of our redactions (`redacted`: x, y, width, height) needs the
    votes of a large one. With `near`, tiles are searched only there. Raises DeidentificationFailed
    if a model file is missing.
    """
    scale = max(1.0, max(image.shape[:2]) / MAX_SIDE)
    if scale > 1:
        size = (round(image.shape[1] / scale), round(image.shape[0] / scale))
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        redacted = [_shrunk(rect, scale) for rect in redacted]
        near = None if near is None else [_shrunk(rect, scale) for rect in near]
    faces: list[Face] = []
    for face in _proposals(image, near):
        votes = confirmation_score(image, face)
        if votes >= _min_votes(face, image.shape[0] * image.shape[1], redacted):
            faces.append(replace(face, score=1 / (1 + math.exp(-votes))))
    return [_enlarged(_with_margin(face), scale) for face in _distinct(faces)]


def _shrunk(rect: Rect, scale: float) -> Rect:
    x, y, w, h = (value / scale for value in rect)
    return math.floor(x), math.floor(y), math.ceil(w), math.ceil(h)


def _enlarged(detection: Detection, scale: float) -> Detection:
    return Detection(
        detection.x * scale,
        detection.y * scale,
        detection.w * scale,
        detection.h * scale,
        detection.score,
    )


def _min_votes(face: Face, area: int, redacted: Sequence[Rect]) -> float:
    if any(x <= face.x < x + w and y <= face.y < y + h for x, y, w, h in redacted):
        return MIN_VOTES[0][1]
    return next(votes for part, votes in MIN_VOTES if face.size**2 >= part * area)


def _proposals(image: Pixels, near: Sequence[Rect] | None = None) -> list[Face]:
    """The best proposals first, one for each place and size."""
    views = (v for v in _views(image) if near is None or v[4] or _touches(v, near))
    proposed = [face for view in views for face in _propose(image, *view)]
    faces: list[Face] = []
    for face in sorted(proposed, key=lambda face: face.score, reverse=True):
        if not any(_is_same(face, other) for other in faces):
            faces.append(face)
    return faces[:MAX_PROPOSALS]


def _touches(view: tuple[int, int, int, int, bool], redacted: Sequence[Rect]) -> bool:
    left, top, right, bottom, _ = view
    return any(x < right and left < x + w and y < bottom and top < y + h for x, y, w, h in redacted)


def _is_same(face: Face, other: Face) -> bool:
    reach = 0.4 * max(face.size, other.size)
    near = abs(face.x - other.x) < reach and abs(face.y - other.y) < reach
    return near and 0.5 < face.size / other.size < 2


def _views(image: Pixels) -> Iterator[tuple[int, int, int, int, bool]]:
    """Left, top, right, bottom of what is searched, and whether it is the whole picture."""
    height, width = image.shape[:2]
    yield 0, 0, width, height, True
    longest = max(height, width)
    if longest < MIN_TILED_SIDE:
        return
    side = longest // 2
    for top in _starts(height, side):
        for left in _starts(width, side):
            yield left, top, min(width, left + side), min(height, top + side), False


def _starts(length: int, side: int) -> list[int]:
    """Where tiles begin that overlap by 45 %, about the size of a face."""
    if length <= side:
        return [0]
    steps = math.ceil((length - side) / (0.55 * side))
    return [round((length - side) * step / steps) for step in range(steps + 1)]


def _propose(
    image: Pixels, left: int, top: int, right: int, bottom: int, whole: bool
) -> Iterator[Face]:
    view, across, down, side = _square(image[top:bottom, left:right])
    models = face_models() if whole else face_models()[1:]
    for turns in range(4):
        turned = np.ascontiguousarray(np.rot90(view, turns))
        for model in models:
            scores, centres, sizes, angles = model(turned)
            for place in np.flatnonzero(scores > MIN_SCORE):
                x, y = centres[place]
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
    """The view in the centre of a black square, its offset in it, and the side of the square."""
    height, width = view.shape[:2]
    side = max(height, width)
    down, across = (side - height) // 2, (side - width) // 2
    scale = min(1.0, VIEW_SIDE / side)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(view, size, interpolation=cv2.INTER_AREA)
    edge = max(size)
    above, before = (edge - size[1]) // 2, (edge - size[0]) // 2
    rest = (above, edge - size[1] - above, before, edge - size[0] - before)
    padded = cv2.copyMakeBorder(small, *rest, cv2.BORDER_CONSTANT)
    return np.asarray(padded, dtype=np.uint8), across, down, side


# Distance (the side of what is cut out, in sizes of the face), whether the network for far faces is
# asked, and the weight of its vote. Fitted on pictures that no reported figure uses.
VOTES = ((2.5, False, 0.84), (1.6, False, 0.66), (4.0, True, 0.26), (2.5, True, 0.17))


def confirmation_score(image: Pixels, face: Face) -> float:
    """The votes for one proposal as weighted log odds; -4 if the first vote is against it."""
    total = 0.0
    for distance, far, weight in VOTES:
        total += weight * model_vote(image, face, distance, far=far)
        if distance == VOTES[0][0] and not far and total < -0.5:
            return -4.0
    return total


def model_vote(image: Pixels, face: Face, distance: float, *, far: bool) -> float:
    """What one network says of the proposal alone, its eyes level: log odds from -4 to 4.

    The mean of the picture and its mirror image. `distance` is in sizes of the face; `far` chooses
    the network.
    """
    model = face_models()[far]
    cut = _cut(image, face, distance * face.size, model.side)
    both = (cut, np.ascontiguousarray(cut[:, ::-1]))
    return sum(_log_odds(model, view, 1 / distance) for view in both) / 2


def _log_odds(model: FaceModel, view: Pixels, size: float) -> float:
    scores, centres, sizes, _ = model(view)
    fits = (np.abs(centres - 0.5).max(axis=1) < 0.18) & (sizes > 0.55 * size) & (sizes < 1.8 * size)
    best = float(scores[fits].max()) if fits.any() else 0.0
    best = min(max(best, 0.018), 0.982)
    return math.log(best / (1 - best))


def _cut(image: Pixels, face: Face, side: float, pixels: int) -> Pixels:
    """A square around the proposal, its eyes level, `side` wide, scaled to `pixels` by `pixels`."""
    scale = side / pixels
    if scale > 2:  # scale down first: a warp takes single pixels
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


def _distinct(proposed: Sequence[Face]) -> list[Face]:
    """The surest of the faces that share a centre, whatever their sizes."""
    faces: list[Face] = []
    for face in sorted(proposed, key=lambda face: face.score, reverse=True):
        if not any(
            math.hypot(face.x - other.x, face.y - other.y) < 0.5 * max(face.size, other.size)
            for other in faces
        ):
            faces.append(face)
    return faces


def _with_margin(face: Face) -> Detection:
    """An upright box around head, hair and chin, wherever up is for the face."""
    across, down = math.cos(face.angle), math.sin(face.angle)
    corners = [
        (face.x + x * across - y * down, face.y + x * down + y * across)
        for x in (-face.size * (0.5 + MARGIN_SIDES), face.size * (0.5 + MARGIN_SIDES))
        for y in (-face.size * (0.5 + MARGIN_ABOVE), face.size * (0.5 + MARGIN_BELOW))
    ]
    left, right = min(x for x, _ in corners), max(x for x, _ in corners)
    top, bottom = min(y for _, y in corners), max(y for _, y in corners)
    return Detection(left, top, right - left, bottom - top, face.score)
