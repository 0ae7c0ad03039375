"""Renditions of a published picture without most of its sensor noise."""

from __future__ import annotations

from pathlib import Path

from cases.deid import images as deid
from cases.deid.results import Rendition
from cases.imaging import storage as image_storage
from cases.imaging.presentation import source_labels
from cases.models import Image


def render_without_noise(image: Image, directory: Path) -> tuple[Rendition, ...]:
    """New files in `directory`, made from the largest renditions that there are.

    The working copy is not needed: it is deleted when a case is published. Raises
    FileNotFoundError, DeidentificationFailed.
    """
    sources = directory / "published"
    sources.mkdir()
    labels, animation = source_labels(image)
    paths = [_copy(image, label, sources) for label in labels]
    moving = None if animation is None else _copy(image, animation, sources)
    result = directory / "result"
    result.mkdir()
    return deid.remove_sensor_noise(paths, moving, result)


def _copy(image: Image, label: str, directory: Path) -> Path:
    path = directory / f"{label}.webp"
    path.write_bytes(image_storage.read_rendition(image, label))
    return path
