"""What a picture loses when its sensor noise is removed.

The removal moves pixels a little on purpose. So both pictures are compared tile by tile, after each
tile is moved to where it fits best.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import cv2
import numpy as np

Pixels = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
Plane = np.ndarray[tuple[int, ...], np.dtype[np.float32]]

_TILE = 64
_MARGIN = 6
_LINE_CONTRAST = 30.0
"""In grey values: from here on the darkest of a tile is a line, a letter or an edge."""


@dataclass(frozen=True)
class Loss:
    """Means over all tiles."""

    psnr: float
    """Between the picture before and after, in dB."""
    ssim: float
    """Between the picture before and after, 0 to 1."""
    ssim_before: float
    """Between a picture without any noise and the one before; `ssim_after`: the one after."""
    ssim_after: float
    contrast: float
    """What is left of the contrast of lines, letters and edges, as a part of that before; NaN where
    there are none."""

    @classmethod
    def mean(cls, losses: Sequence[Loss]) -> Loss:
        return cls(*np.mean([astuple(loss) for loss in losses], axis=0).tolist())

    def __str__(self) -> str:
        return (
            f"PSNR {self.psnr:.1f} dB, SSIM {self.ssim:.3f}; against the noiseless scene "
            f"{self.ssim_before:.3f} before, {self.ssim_after:.3f} after; "
            f"contrast of lines {self.contrast:.1%}"
        )


def detail_loss(before: Pixels, after: Pixels, truth: Pixels) -> Loss:
    """Compares pictures of the same size. Every third tile is taken."""
    planes = [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in (before, after, truth)]
    grey_before, grey_after, grey_truth = (plane.astype(np.float32) for plane in planes)
    rows: list[tuple[float, ...]] = []
    contrasts: list[float] = []
    height, width = grey_before.shape
    reach = _TILE + _MARGIN
    places = [
        (y, x)
        for y in range(_MARGIN, height - reach, _TILE)
        for x in range(_MARGIN, width - reach, _TILE)
    ]
    for y, x in places[::3]:
        old, truly = (plane[y : y + _TILE, x : x + _TILE] for plane in (grey_before, grey_truth))
        window = grey_after[y - _MARGIN : y + reach, x - _MARGIN : x + reach]
        new = _fitted(window, old)
        error = max(float(((old - new) ** 2).mean()), 0.01)
        rows.append(
            (10 * np.log10(255**2 / error), _ssim(old, new), _ssim(truly, old), _ssim(truly, new))
        )
        was = _contrast(old)
        if was > _LINE_CONTRAST:
            contrasts.append(_contrast(new) / was)
    contrast = float(np.mean(contrasts)) if contrasts else float("nan")
    psnr, ssim, ssim_before, ssim_after = np.mean(rows, axis=0).tolist()
    return Loss(psnr, ssim, ssim_before, ssim_after, contrast)


def _fitted(window: Plane, tile: Plane) -> Plane:
    """The part of the window, a tile with a margin, that is most like the tile; to half a pixel."""
    best = window[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN]
    if tile.std() < 1:
        return best
    fine = cv2.resize(window, None, fx=8, fy=8, interpolation=cv2.INTER_CUBIC)
    shifts = range(-8 * _MARGIN + 4, 8 * _MARGIN - 3, 4)
    found = float("inf")
    for y in shifts:
        for x in shifts:
            top, left = 8 * _MARGIN + y + 4, 8 * _MARGIN + x + 4
            part = fine[top : top + 8 * _TILE : 8, left : left + 8 * _TILE : 8]
            if part.shape != tile.shape:
                continue
            error = float(((part - tile) ** 2).sum())
            if error < found:
                found, best = error, np.asarray(part, np.float32)
    return best


def _contrast(tile: Plane) -> float:
    low, middle = np.percentile(tile, (0.5, 50))
    return float(middle - low)


def _ssim(one: Plane, other: Plane) -> float:
    """Structural similarity in windows of 7 by 7 pixels (Wang et al. 2004)."""
    one_mean, other_mean = (cv2.blur(plane, (7, 7)) for plane in (one, other))
    one_power = cv2.blur(one * one, (7, 7)) - one_mean**2
    other_power = cv2.blur(other * other, (7, 7)) - other_mean**2
    shared = cv2.blur(one * other, (7, 7)) - one_mean * other_mean
    light, contrast = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    likeness = (2 * one_mean * other_mean + light) * (2 * shared + contrast)
    likeness /= (one_mean**2 + other_mean**2 + light) * (one_power + other_power + contrast)
    return float(likeness.mean())
