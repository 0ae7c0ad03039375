"""Photographs of simulated cameras, each with a sensor pattern of its own.

A scene is drawn by procedure, in light values of 0 to 255. A camera blurs it as a lens does,
samples it through a Bayer mosaic, multiplies every site by its pattern (PRNU), adds shot and read
noise, interpolates colours, smooths and sharpens as its maker chose, and writes a JPEG. Nothing
here is used by the rule that removes the pattern.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

Pixels = np.ndarray[tuple[int, ...], np.dtype[np.float32]]
Scene = Callable[[np.random.Generator, int, int], Pixels]

# Decimal digits of the name of an electrocardiogram's lead.
_LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")


def _noise(rng: np.random.Generator, width: int, height: int, sigma: float) -> Pixels:
    """Noise of mean 0 and deviation 1, smooth over `sigma` pixels."""
    step = max(1, int(sigma / 2))
    small = rng.standard_normal((height // step + 2, width // step + 2), dtype=np.float32)
    smooth = cv2.GaussianBlur(small, (0, 0), max(sigma / step, 0.3))
    full = cv2.resize(smooth, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(full / max(float(full.std()), 1e-6), np.float32)


def _coloured(grey: Pixels, tint: tuple[float, float, float]) -> Pixels:
    return np.asarray(grey[..., None] * np.array(tint, np.float32), np.float32)


def skin(rng: np.random.Generator, width: int, height: int) -> Pixels:
    """Skin with pores, a lesion and hairs."""
    light = 165 + 22 * _noise(rng, width, height, width / 5)
    light += rng.uniform(2, 5) * _noise(rng, width, height, rng.uniform(1.2, 3.0))
    light += rng.uniform(2, 6) * _noise(rng, width, height, width / 90)
    picture = _coloured(light, (1.1, 0.85, 0.74))
    centre = (int(width * rng.uniform(0.3, 0.7)), int(height * rng.uniform(0.3, 0.7)))
    mask = np.zeros((height, width), np.float32)
    axes = (int(width * rng.uniform(0.08, 0.2)), int(height * rng.uniform(0.08, 0.2)))
    cv2.ellipse(mask, centre, axes, rng.uniform(0, 180), 0, 360, 1.0, -1)
    soft = cv2.GaussianBlur(mask, (0, 0), width / 120)
    lesion = soft * (0.5 + 0.2 * _noise(rng, width, height, width / 150))
    picture *= 1 - lesion[..., None] * np.array((0.3, 0.5, 0.5), np.float32)
    for _hair in range(int(rng.integers(10, 40))):
        start = rng.uniform(0, 1, 2) * (width, height)
        end = start + rng.normal(0, width / 12, 2)
        a, b = (tuple(int(v) for v in point) for point in (start, end))
        cv2.line(picture, a, b, (60.0, 45.0, 40.0), int(rng.integers(1, 4)), cv2.LINE_AA)
    return picture


def x_ray(rng: np.random.Generator, width: int, height: int) -> Pixels:
    """A grey film on a light box: broad shadows, ribs and grain."""
    light = 90 + 45 * _noise(rng, width, height, width / 6)
    for rib in range(9):
        y = int(height * (0.1 + rib * 0.09))
        bone = np.zeros((height, width), np.float32)
        axes = (int(width * 0.42), int(height * 0.2))
        cv2.ellipse(bone, (width // 2, y), axes, 0, 190, 350, 1.0, max(3, width // 60))
        light += 30 * cv2.GaussianBlur(bone, (0, 0), width / 300)
    light += rng.uniform(1.5, 4) * _noise(rng, width, height, rng.uniform(1.0, 2.0))
    return _coloured(np.clip(light, 6, 235), (1.0, 1.0, 1.02))


def document(rng: np.random.Generator, width: int, height: int) -> Pixels:
    """A printed sheet in uneven light, with letters from small to large."""
    picture = np.full((height, width, 3), 225, np.float32)
    y, scale = int(height * 0.05), width / 2400
    while y < height * 0.95:
        size = scale * rng.uniform(0.7, 1.8)
        text = "".join(rng.choice(list("abcdefghiklmnoprstuvw 0123456789")) for _ in range(80))
        thickness = max(1, round(size * 1.6))
        place = (int(width * 0.04), y)
        cv2.putText(picture, text, place, 0, size, (35, 35, 40), thickness, cv2.LINE_AA)
        y += int(46 * size) + 6
    picture += 1.5 * _noise(rng, width, height, 1.3)[..., None]
    return np.asarray(picture * (0.85 + 0.08 * _noise(rng, width, height, width / 4))[..., None])


def ecg_paper(rng: np.random.Generator, width: int, height: int) -> Pixels:
    """An electrocardiogram on pink millimetre paper, lines of one to two pixels."""
    picture = np.full((height, width, 3), (250, 228, 226), np.float32)
    step = max(5.0, width / rng.uniform(190, 270))
    origin = rng.uniform(0, step)
    for n in range(int(max(width, height) / step) + 1):
        at, thickness = int(n * step + origin), 2 if n % 5 == 0 else 1
        colour = (232.0, 150.0, 150.0) if n % 5 == 0 else (242.0, 195.0, 195.0)
        cv2.line(picture, (at, 0), (at, height), colour, thickness)
        cv2.line(picture, (0, at), (width, at), colour, thickness)
    x = np.arange(0, width, 1.0)
    beat = step * rng.uniform(16, 26)
    for row, lead in enumerate(_LEADS[:6]):
        phase = (x % beat) / beat
        spike = np.exp(-(((phase - 0.4) / 0.012) ** 2)) * rng.uniform(6, 14)
        waves = np.exp(-(((phase - 0.25) / 0.03) ** 2)) * 1.5
        waves += np.exp(-(((phase - 0.65) / 0.05) ** 2)) * rng.uniform(1, 4)
        y = height * (row + 0.7) / 6 - step * (spike + waves)
        points = np.stack([x * 8, y * 8], 1).astype(np.int32)
        thickness = max(1, round(width / 1400))
        cv2.polylines(picture, [points], False, (25, 25, 30), thickness, cv2.LINE_AA, 3)
        place = (10, int(height * (row + 0.4) / 6))
        cv2.putText(picture, lead, place, 0, width / 2000, (25, 25, 30), 1, cv2.LINE_AA)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-2, 2), 1.06)
    turned = cv2.warpAffine(picture, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    light = 0.9 + 0.05 * _noise(rng, width, height, width / 4)
    return np.asarray(turned * light[..., None], np.float32)


def texture(rng: np.random.Generator, width: int, height: int) -> Pixels:
    """Leaves, cloth or tissue: overlapping discs, each with a grain of its own."""
    picture = np.full((height, width, 3), rng.uniform(60, 160), np.float32)
    for n in range(700):
        radius = int(width * 0.25 * (n + 3) ** -0.55) + 3
        centre = (int(rng.uniform(0, width)), int(rng.uniform(0, height)))
        colour = tuple(float(v) for v in rng.uniform(30, 215) * rng.uniform(0.75, 1.15, 3))
        cv2.circle(picture, centre, radius, colour, -1, cv2.LINE_AA)
    grain = sum(_noise(rng, width, height, s) * s**0.5 for s in (1.2, 3.0, 8.0))
    mask = np.clip(0.5 + 0.5 * _noise(rng, width, height, width / 12), 0, 1)
    return np.asarray(picture + (rng.uniform(1, 4) * grain * mask)[..., None], np.float32)


def histology(rng: np.random.Generator, width: int, height: int) -> Pixels:
    """A stained slide: pink fibres and many small violet nuclei."""
    fibres = _noise(rng, width, height, width / 60) + 0.6 * _noise(rng, width, height, 4)
    picture = _coloured(205 + 14 * fibres, (1.05, 0.82, 0.98))
    for _nucleus in range(int(rng.integers(900, 1800))):
        centre = (int(rng.uniform(0, width)), int(rng.uniform(0, height)))
        axes = (int(rng.uniform(3, 11)), int(rng.uniform(3, 8)))
        shade = rng.uniform(0.7, 1.2)
        colour = (105.0 * shade, 65.0 * shade, 135.0 * shade)
        cv2.ellipse(picture, centre, axes, rng.uniform(0, 180), 0, 360, colour, -1, cv2.LINE_AA)
    return np.asarray(picture + 2.5 * _noise(rng, width, height, 1.2)[..., None], np.float32)


SCENES: dict[str, Scene] = {
    "skin": skin,
    "x-ray": x_ray,
    "document": document,
    "ecg": ecg_paper,
    "texture": texture,
    "histology": histology,
}
"""The last was not looked at while the rule was tuned."""


@dataclass(frozen=True)
class Camera:
    """One camera. All its pictures have the same size in pixels and the same pattern.

    `strength` is the deviation of the pattern as a part of the signal, 0.004 for 0.4 %.
    """

    number: int
    width: int
    height: int
    strength: float

    def photograph(self, scene: str, seed: int) -> bytes:
        """A JPEG of a scene. The same numbers give the same bytes.

        A strength of 0 stands for a camera without any noise.
        """
        rng = np.random.default_rng([seed, self.number, 7])
        maker = np.random.default_rng([self.number, 11])
        scenery = SCENES[scene](rng, self.width, self.height)
        light = cv2.GaussianBlur(scenery, (0, 0), maker.uniform(0.55, 0.9))
        raw = self._mosaic(np.clip(light, 0, 255), rng, maker)
        picture = cv2.cvtColor(raw, cv2.COLOR_BayerBG2RGB_EA).astype(np.float32)
        smooth = cv2.GaussianBlur(picture, (0, 0), maker.uniform(0.5, 0.8))
        soft = cv2.GaussianBlur(picture, (0, 0), 1.6)
        picture = smooth + maker.uniform(0.1, 0.5) * (smooth - soft)
        pixels = np.clip(picture / 256, 0, 255).round().astype(np.uint8)
        out = io.BytesIO()
        Image.fromarray(pixels).save(out, "JPEG", quality=int(rng.integers(84, 98)))
        return out.getvalue()

    def _mosaic(
        self, light: Pixels, rng: np.random.Generator, maker: np.random.Generator
    ) -> np.ndarray[tuple[int, ...], np.dtype[np.uint16]]:
        """What the sensor reads, in 1/256 of a grey value, in RGGB order."""
        raw = light[..., 1].copy()
        raw[0::2, 0::2] = light[0::2, 0::2, 0]
        raw[1::2, 1::2] = light[1::2, 1::2, 2]
        if not self.strength:
            return np.clip(raw * 256, 0, 65_535).astype(np.uint16)
        raw *= 1 + self.strength * self.pattern()
        # Deviation in grey values at 128: 2 to 4, before smoothing.
        shot, read = maker.uniform(0.02, 0.08), maker.uniform(0.5, 1.5)
        spread = np.sqrt(shot * raw + read**2)
        raw += spread * rng.standard_normal(raw.shape, dtype=np.float32)
        return np.clip(raw * 256, 0, 65_535).astype(np.uint16)

    def pattern(self) -> Pixels:
        """The sensor pattern: white noise of mean 0 and deviation 1."""
        rng = np.random.default_rng([self.number, 13])
        return rng.standard_normal((self.height, self.width), dtype=np.float32)
