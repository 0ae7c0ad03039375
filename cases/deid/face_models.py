"""The two BlazeFace networks, loaded once. models/README.md says where they come from."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cases.deid.errors import DeidentificationFailed
from cases.deid.ocr_models import inference_session
from cases.deid.text_lines import Pixels

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FaceModel:
    """One network: session, side of its square input in pixels, centres of its cells (0 to 1)."""

    session: Any
    side: int
    cells: Floats

    def __call__(self, view: Pixels) -> tuple[Floats, Floats, Floats, Floats]:
        """What it detects on a square RGB view of shape (n, n, 3), one row for each cell.

        Scores (0 to 1), centres (x, y) and sizes in sides of the view, angles of the eyes in
        radians.
        """
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
    """Centres of a square grid row by row, each as often as the model has layers for it."""
    centres = (np.arange(count) + 0.5) / count
    down, across = np.meshgrid(centres, centres, indexing="ij")
    return np.repeat(np.stack([across.ravel(), down.ravel()], axis=1), layers, axis=0)


@cache
def face_models() -> tuple[FaceModel, FaceModel]:
    """The networks for faces near the camera and farther away, loaded once.

    Raises DeidentificationFailed if a model file is missing.
    """

    folder = Path(__file__).parent / "models"
    short, full = folder / "blazeface_short.onnx", folder / "blazeface_full.onnx"
    if not (short.is_file() and full.is_file()):
        raise DeidentificationFailed("the face detector's models are not installed")
    threads = max(1, min(2, os.cpu_count() or 1))
    return (
        FaceModel(
            inference_session(short, threads), 128, np.concatenate([_cells(16, 2), _cells(8, 6)])
        ),
        FaceModel(inference_session(full, threads), 192, _cells(48, 1)),
    )
