"""Weakens the pattern of a camera's sensor in a picture. Runs only in a sandbox process.

No two sensors answer light quite alike (photo response non-uniformity). Pictures of one camera
share that pattern and can be matched by it. Two steps work together, because each alone was not
enough (docs/design/deidentification.md, sensor noise):

1. Shrinkage of wavelet coefficients. Where a picture is smooth, noise and pattern go together.
   Edges and lines stay, because their coefficients are large.
2. Resampling by a random factor along a random, smooth displacement of a pixel or two, so that what
   is left of the pattern lies nowhere where it could be added up.

Pixels are RGB of 8 bits, as (row, column, channel).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

Pixels = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
Plane = np.ndarray[tuple[int, ...], np.dtype[np.float32]]

SMALLEST_FACTOR = 0.92
"""Of the width and the height; the largest is 1."""

_LUMA_NOISE = 5.0
_COLOUR_NOISE = 6.0
"""The deviations of noise, in grey values, that are removed."""
_LEVELS = ((0.889, (3, 5, 9)), (0.200, (3, 5, 9)), (0.086, (9,)), (0.041, (17,)))
"""Of each level of the wavelet transform: the deviation that noise of 1 has there, and the sides of
the squares in which the strength of the picture is estimated; the smallest estimate counts."""
_TAPS = np.array([1, 4, 6, 4, 1], np.float32) / 16
"""The B3 spline of the undecimated ("a trous") transform."""
_DISPLACEMENTS = ((128.0, 3.0), (32.0, 0.8))
"""Of each part of the displacement: the distance of its nodes, and how far these move at most, both
in pixels."""
_BAND_ROWS = 512
_MARGIN_ROWS = 64
"""What a row needs above and below it. Bands keep the memory of a tall picture small."""


@dataclass(frozen=True)
class Displacement:
    """A random, smooth displacement of the pixels of one picture."""

    nodes: tuple[Plane, ...]
    """For each part: displacements across and down at its nodes, as (row, column, 2)."""

    @classmethod
    def draw(cls, rng: np.random.Generator, width: int, height: int) -> Displacement:
        """For a picture of at most this size in pixels."""
        return cls(
            tuple(
                rng.uniform(
                    -reach, reach, (int(height / step) + 5, int(width / step) + 5, 2)
                ).astype(np.float32)
                for step, reach in _DISPLACEMENTS
            )
        )

    def turned(self, other: Displacement, angle: float) -> Displacement:
        """Between this one (0) and `other` (a quarter turn), as strong as either; in radians."""
        near, far = np.float32(np.cos(angle)), np.float32(np.sin(angle))
        return Displacement(
            tuple(near * a + far * b for a, b in zip(self.nodes, other.nodes, strict=True))
        )

    def of_rows(self, top: int, bottom: int, width: int) -> Plane:
        """Displacements of these rows, as (row, column, 2)."""
        total = np.zeros((bottom - top, width, 2), np.float32)
        for (step, _reach), nodes in zip(_DISPLACEMENTS, self.nodes, strict=True):
            x = np.arange(width, dtype=np.float32) / np.float32(step) + 1.5
            y = np.arange(top, bottom, dtype=np.float32) / np.float32(step) + 1.5
            total += cv2.remap(nodes, *_grid(x, y), cv2.INTER_CUBIC)
        return total


def remove_sensor_noise(
    pixels: Pixels, factor: float, displacement: Displacement, smallest_side: int = 1
) -> Pixels:
    """The picture without most of its noise, resampled by `factor` along the displacement.

    No side becomes smaller than `smallest_side` pixels. Fine texture as weak as noise is lost.
    """
    height, width = pixels.shape[:2]
    size = [max(round(side * factor), min(side, smallest_side)) for side in (width, height)]
    return _resampled(_denoised(pixels), size[0], size[1], displacement)


def _denoised(pixels: Pixels) -> Pixels:
    clean = np.empty_like(pixels)
    height = len(pixels)
    for top in range(0, height, _BAND_ROWS):
        bottom = min(height, top + _BAND_ROWS)
        first, last = max(0, top - _MARGIN_ROWS), min(height, bottom + _MARGIN_ROWS)
        band = cv2.cvtColor(pixels[first:last], cv2.COLOR_RGB2YCrCb)
        for channel, noise in enumerate((_LUMA_NOISE, _COLOUR_NOISE, _COLOUR_NOISE)):
            plane = band[..., channel].astype(np.float32)
            band[..., channel] = np.clip(np.rint(_shrunk(plane, noise)), 0, 255)
        clean[top:bottom] = cv2.cvtColor(band, cv2.COLOR_YCrCb2RGB)[top - first : bottom - first]
    return clean


def _shrunk(plane: Plane, noise: float) -> Plane:
    """The plane with each wavelet coefficient multiplied by its part that is not noise (Wiener)."""
    kept = np.zeros_like(plane)
    for level, (deviation, windows) in enumerate(_LEVELS):
        taps = np.zeros(4 * 2**level + 1, np.float32)
        taps[:: 2**level] = _TAPS
        smooth = cv2.sepFilter2D(plane, -1, taps, taps, borderType=cv2.BORDER_REFLECT)
        detail = plane - smooth
        power = detail * detail
        signal = np.minimum.reduce([cv2.blur(power, (side, side)) for side in windows])
        threshold = np.float32((noise * deviation) ** 2)
        signal = np.maximum(signal - threshold, 0)
        kept += detail * (signal / (signal + threshold))
        plane = np.asarray(smooth, np.float32)
    return np.asarray(kept + plane, np.float32)


def _resampled(pixels: Pixels, width: int, height: int, displacement: Displacement) -> Pixels:
    across, down = pixels.shape[1] / width, pixels.shape[0] / height
    resampled = np.empty((height, width, 3), np.uint8)
    x = (np.arange(width, dtype=np.float32) + 0.5) * np.float32(across) - 0.5
    for top in range(0, height, _BAND_ROWS):
        bottom = min(height, top + _BAND_ROWS)
        y = (np.arange(top, bottom, dtype=np.float32) + 0.5) * np.float32(down) - 0.5
        moved = displacement.of_rows(top, bottom, width)
        maps = [a + moved[..., n] for n, a in enumerate(_grid(x, y))]
        resampled[top:bottom] = cv2.remap(
            pixels, maps[0], maps[1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
        )
    return resampled


def _grid(x: Plane, y: Plane) -> tuple[Plane, Plane]:
    """The column and the row of every pixel where these columns and rows meet."""
    return np.tile(x, (len(y), 1)), np.repeat(y[:, None], len(x), axis=1)
