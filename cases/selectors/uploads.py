"""The pictures of a draft, as the composer lists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cases.imaging.presentation import Picture, picture_of
from cases.imaging.processing_stages import ProcessingStage, processing_stages
from cases.models import Image, ImageState
from cases.policies import can_retry

_PROCESSING_STATES = {ImageState.RECEIVED, ImageState.PROCESSING, ImageState.CONFIRMED}


@dataclass(frozen=True)
class UploadRow:
    """One picture in the composer. `number` counts from 1."""

    image: Image
    number: int
    is_first: bool
    is_last: bool
    is_processing: bool
    can_retry: bool
    picture: Picture | None
    """None until the picture is rendered."""
    stages: list[ProcessingStage]


def upload_rows(images: Sequence[Image]) -> list[UploadRow]:
    return [
        UploadRow(
            image=image,
            number=number,
            is_first=number == 1,
            is_last=number == len(images),
            is_processing=image.state in _PROCESSING_STATES,
            can_retry=can_retry(image),
            picture=picture_of(image) if image.state == ImageState.READY else None,
            stages=processing_stages(image),
        )
        for number, image in enumerate(images, start=1)
    ]
