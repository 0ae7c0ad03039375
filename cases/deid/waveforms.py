"""Takes curves away: the detector takes an ECG or a pulse for one long line of letters.

The curve is one connected stroke, far longer than high. Without it, what is left of such a line is
either text, which is then detected by itself, or nothing.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from cases.deid.text_lines import Pixels

STROKE = 0.35
"""What differs from the ground by this part of the greatest difference belongs to a stroke."""
LONG_STROKE, WAVEFORM_LENGTH = 1.2, 0.5
"""A stroke longer than so many heights of the line is removed; one over this part of its length is
a curve for certain."""
SAME_COLOUR = 0.95
"""Cosine between a pixel's difference from the ground and the curve's: less is another colour."""


def remove_waveforms(crop: Pixels) -> tuple[Pixels, bool]:
    """The strokes of a line in black on white without its curves, and whether it has a curve.

    `crop` is the part of a picture around the line, of shape (height, width, 3).
    """
    ground = np.median(crop.reshape(-1, 3), axis=0)
    difference = crop.astype(np.float32) - ground.astype(np.float32)
    size = np.abs(difference).max(axis=2)
    ink = (size > max(12.0, STROKE * float(np.percentile(size, 99.5)))).astype(np.uint8)
    count, labels, sizes, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    letters, longest = ink.astype(bool), 0
    for label in range(1, count):
        width = int(sizes[label, cv2.CC_STAT_WIDTH])
        longest = max(longest, width)
        if width > LONG_STROKE * crop.shape[0]:
            letters &= ~_part_of_curve(difference, np.asarray(labels == label, dtype=bool))
    paper = np.full_like(crop, 255)
    paper[letters] = 0
    return paper, longest > WAVEFORM_LENGTH * crop.shape[1]


def _part_of_curve(difference: NDArray[np.float32], stroke: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The part of a stroke that has the colour of most of it."""
    inside = difference[stroke]
    main = np.median(inside, axis=0)
    lengths = np.linalg.norm(inside, axis=1) * float(np.linalg.norm(main))
    same = inside @ main > SAME_COLOUR * np.maximum(lengths, 1e-6)
    part = np.zeros_like(stroke)
    part[stroke] = same
    return part
