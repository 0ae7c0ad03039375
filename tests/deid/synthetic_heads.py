"""Drawn heads: an ellipsoid with nose, eyes, mouth and hair, lit from one side and turned.

Face detectors take them for people, so that no photograph of a person is needed.
Lengths are in head units: half the height of the head is 1, x goes right, y down, z to the camera.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

Floats = npt.NDArray[np.float64]
Shade = tuple[float, float, float]

RADII = (0.74, 1.0, 0.86)
TONES: tuple[Shade, ...] = (
    (232, 190, 168),
    (214, 166, 138),
    (186, 136, 104),
    (146, 100, 74),
    (104, 70, 52),
)
HAIRS: tuple[Shade, ...] = ((36, 28, 26), (74, 50, 34), (128, 92, 56), (168, 166, 164))


@dataclass(frozen=True)
class Looks:
    """What tells one drawn person from another."""

    tone: Shade
    hair: Shade
    apart: float
    eye: float
    nose: float
    mouth: float
    hairline: float
    beard: float

    @classmethod
    def of(cls, person: int) -> Looks:
        rng = random.Random(person)
        return cls(
            tone=rng.choice(TONES),
            hair=rng.choice(HAIRS),
            apart=rng.uniform(0.27, 0.33),
            eye=rng.uniform(0.10, 0.125),
            nose=rng.uniform(0.10, 0.14),
            mouth=rng.uniform(0.2, 0.27),
            hairline=rng.uniform(-0.62, -0.48),
            beard=rng.choice((0.0, 0.0, 0.5)),
        )


def head(
    person: int, size: int = 300, *, yaw: float = 0, pitch: float = 0, masked: bool = False
) -> tuple[Image.Image, tuple[int, int, int, int]]:
    """A portrait of twice `size` pixels square, and the box of its face; angles in degrees."""
    looks = Looks.of(person)
    down, across = (np.mgrid[0 : 2 * size, 0 : 2 * size] + 0.5) / size - 1
    x, y = across / 0.62, down / 0.62
    turn = _rotation(math.radians(yaw), math.radians(pitch))
    place, is_head = _hit(x, y, turn)
    skin = _paint(place, looks, masked=masked)
    normals = _normals(place, looks)
    light = np.array([0.45, -0.5, 0.74]) @ turn
    lit = 0.42 + 0.62 * np.clip((normals * light).sum(axis=2), 0, 1)
    picture = _behind(x, y, looks, random.Random(person + 1))
    picture[is_head] = (skin * lit[..., None])[is_head]
    image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
    face = is_head & (place[..., 1] > -0.5) & (place[..., 2] > 0.1)
    rows, columns = np.flatnonzero(face.any(axis=1)), np.flatnonzero(face.any(axis=0))
    box = (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    return image.filter(ImageFilter.GaussianBlur(size / 180)), box


def _rotation(yaw: float, pitch: float) -> Floats:
    """From the head's own axes to the camera's."""
    cy, sy, cp, sp = math.cos(yaw), math.sin(yaw), math.cos(pitch), math.sin(pitch)
    around = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    nod = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    return np.asarray(nod @ around, dtype=np.float64)


def _hit(x: Floats, y: Floats, turn: Floats) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Where the line of sight through each pixel meets the head, in the head's own axes."""
    scale = np.array(RADII)
    start = np.stack([x, y, np.zeros_like(x)], axis=2) @ turn / scale
    ray = np.array([0.0, 0.0, 1.0]) @ turn / scale
    a, b = float(ray @ ray), 2 * (start @ ray)
    inside = b**2 - 4 * a * ((start**2).sum(axis=2) - 1)
    far = (-b + np.sqrt(np.maximum(inside, 0))) / (2 * a)
    return (start + far[..., None] * ray) * scale, inside > 0


def _bump(x: Floats, y: Floats, wide: float, tall: float) -> Floats:
    return np.exp(-((x / wide) ** 2) - (y / tall) ** 2)


def _relief(x: Floats, y: Floats, looks: Looks) -> Floats:
    """How far the face stands out from the ellipsoid: nose, brows, lips; sockets stand back."""
    ridge = 0.16 * _bump(x, y - 0.12, looks.nose * 0.8, 0.2)
    tip = 0.13 * _bump(x, y - 0.25, looks.nose, 0.09)
    lips = 0.05 * _bump(x, y - 0.5, looks.mouth * 0.8, 0.07)
    chin = 0.08 * _bump(x, y - 0.82, 0.2, 0.12)
    sides = np.abs(x)
    sockets = -0.09 * _bump(sides - looks.apart, y + 0.1, 0.17, 0.1)
    brows = 0.05 * _bump(sides - looks.apart, y + 0.27, 0.22, 0.07)
    cheeks = 0.06 * _bump(sides - 0.42, y - 0.2, 0.16, 0.16)
    return np.asarray(ridge + tip + lips + chin + sockets + brows + cheeks)


def _normals(place: Floats, looks: Looks) -> Floats:
    x, y, z = place[..., 0], place[..., 1], place[..., 2]
    step = 0.01
    slope_x = (_relief(x + step, y, looks) - _relief(x - step, y, looks)) / (2 * step)
    slope_y = (_relief(x, y + step, looks) - _relief(x, y - step, looks)) / (2 * step)
    normals = place / np.array(RADII) ** 2
    normals /= np.linalg.norm(normals, axis=2, keepdims=True) + 1e-9
    front = np.clip(z, 0, 1)
    normals[..., 0] -= slope_x * front
    normals[..., 1] -= slope_y * front
    return np.asarray(normals / (np.linalg.norm(normals, axis=2, keepdims=True) + 1e-9))


def _paint(place: Floats, looks: Looks, *, masked: bool) -> Floats:
    """The colour of the head at each place."""
    x, y, z = place[..., 0], place[..., 1], place[..., 2]
    colour = np.broadcast_to(np.array(looks.tone), place.shape).copy()

    def lay(shade: Shade, where: Floats) -> None:
        part = np.clip(where, 0, 1)[..., None]
        colour[:] = colour * (1 - part) + np.array(shade) * part

    red = (looks.tone[0] * 0.9, looks.tone[1] * 0.62, looks.tone[2] * 0.62)
    dark = (looks.tone[0] * 0.35, looks.tone[1] * 0.3, looks.tone[2] * 0.3)
    sides = np.abs(x) - looks.apart
    lay(red, 0.4 * _bump(np.abs(x) - 0.4, y - 0.22, 0.16, 0.14))
    lay(dark, 0.5 * _bump(sides, y + 0.1, 0.17, 0.09))
    eye = _edge(1 - (sides / (looks.eye * 1.15)) ** 2 - ((y + 0.09) / (looks.eye * 0.55)) ** 2)
    lay((236, 232, 228), eye)
    lay((40, 28, 24), eye * _edge(1 - (sides**2 + (y + 0.09) ** 2) / (looks.eye * 0.52) ** 2))
    lay(dark, 0.9 * _bump(sides, y + 0.155, looks.eye * 1.1, 0.022))
    lay(looks.hair, 0.9 * _edge(1 - (sides / 0.19) ** 2 - ((y + 0.27 + sides**2) / 0.042) ** 2))
    lay(dark, 0.7 * _bump(np.abs(x) - looks.nose * 0.55, y - 0.325, 0.04, 0.025))
    lay(red, _edge(1 - (x / looks.mouth) ** 2 - ((y - 0.52) / 0.072) ** 2))
    lay(dark, 0.9 * _bump(x, y - 0.52 + 0.12 * x**2, looks.mouth * 0.85, 0.014))
    if looks.beard:
        cheek = _edge((y - 0.4 + 0.1 * np.cos(4 * x)) * 3) * (1 - _bump(x, y - 0.52, 0.25, 0.09))
        lay(looks.hair, looks.beard * cheek)
    lay(looks.hair, _edge((looks.hairline - y + 0.25 * x**2) * 8))
    lay(looks.hair, _edge((-z - 0.05 + 0.5 * np.clip(-y - 0.3, 0, 1)) * 8))
    if masked:
        lay((150, 190, 212), _edge((y - 0.1 - 0.25 * x**2) * 12) * _edge((z + 0.1) * 8))
        lay((128, 168, 194), 0.6 * _edge(np.sin(y * 36) * 2) * _edge((y - 0.2) * 9))
    return colour


def _edge(value: Floats) -> Floats:
    """Nothing below zero, all from a quarter on."""
    return np.asarray(np.clip(value * 4, 0, 1))


def _behind(x: Floats, y: Floats, looks: Looks, rng: random.Random) -> Floats:
    """Wall, shoulders, neck and the hair around the head."""
    wall = np.array([rng.uniform(90, 200) for _ in range(3)])
    picture = np.broadcast_to(wall, (*x.shape, 3)) * (1 - 0.12 * y[..., None])
    cloth = np.array([rng.uniform(30, 220) for _ in range(3)])
    picture = np.where((y > 1.22 + 0.25 * x**2)[..., None], cloth, picture)
    neck = (np.abs(x) < 0.42) & (y > 0.6) & (y < 1.42 - 0.5 * x**2)
    picture = np.where(neck[..., None], np.array(looks.tone) * 0.62, picture)
    crown = (x / 0.82) ** 2 + ((y + 0.12) / 0.98) ** 2 < 1
    return np.where((crown & (y < 0.15))[..., None], np.array(looks.hair) * 0.8, picture)
