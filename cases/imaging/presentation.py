"""How a picture is shown on a page: the addresses of its renditions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from cases.models import SHOWABLE_STATUSES, Image, ImageState, ModerationStatus, SensorNoise

# Suffix and prefix of labels in `Image.renditions` (cases.imaging.worker.store_renditions).
_ANIMATION_SUFFIX = "a"
_FRAME_PREFIX = "f"
# Widths in pixels that a list and a page need.
_THUMBNAIL_WIDTH = 480
_PAGE_WIDTH = 720


@dataclass(frozen=True)
class Picture:
    """A picture for a template. Of several frames the page shows the first, without animation."""

    public_id: str
    width: int
    height: int
    alt: str
    caption: str
    is_sensitive: bool
    withheld_reason: str
    """Why others do not see it: "covered" (hidden after a report), "hidden" (by a moderator),
    "waiting", "returned", "refused", "noise" (its sensor noise is not removed yet); empty when
    shown."""
    src: str = ""
    srcset: str = ""
    large: str = ""
    thumbnail: str = ""
    animation: str = ""
    """The address of the animation; empty for stills and pages."""
    frames: tuple[str, ...] = ()
    """The address of each frame, including the first; empty for a single frame."""
    is_rendered: bool = False
    """False if there is no rendition, so all addresses are empty."""


def picture_of(image: Image) -> Picture:
    """The picture with its addresses. Makes no query."""
    if not image.renditions or image.state != ImageState.READY:
        return _picture(image, image.width, image.height)
    stills = _stills(image)
    page_label = _nearest(stills, _PAGE_WIDTH)
    (_largest, *later_frames), animation = source_labels(image)
    _name, width, height = image.renditions[page_label]
    return _picture(
        image,
        width,
        height,
        src=_url(image, page_label),
        srcset=", ".join(f"{_url(image, label)} {image.renditions[label][1]}w" for label in stills),
        large=_url(image, stills[-1]),
        thumbnail=_url(image, _nearest(stills, _THUMBNAIL_WIDTH)),
        animation=_url(image, animation) if animation else "",
        frames=tuple(_url(image, label) for label in (stills[-1], *later_frames) if later_frames),
        is_rendered=True,
    )


def _picture(image: Image, width: int, height: int, **addresses: Any) -> Picture:
    return Picture(
        public_id=image.public_id,
        width=width,
        height=height,
        alt=image.alt,
        caption=image.caption,
        is_sensitive=image.is_sensitive,
        withheld_reason=withheld_reason(image),
        **addresses,
    )


def covered_picture(image: Image) -> Picture:
    """What others see of a picture that is hidden after a report: that there is one."""
    return Picture(
        public_id=image.public_id,
        width=0,
        height=0,
        alt="",
        caption="",
        is_sensitive=False,
        withheld_reason="covered",
    )


def withheld_reason(image: Image) -> str:
    """Why colleagues who see the case do not see this picture; empty if they do."""
    if image.hidden_at is not None:
        return "hidden"
    if image.covered_at is not None:
        return "covered"
    if image.moderation_status not in SHOWABLE_STATUSES:
        return str(image.moderation_status)
    if image.state != ImageState.READY:
        return str(ModerationStatus.WAITING.value)
    return "noise" if image.sensor_noise == SensorNoise.WAITING else ""


def source_labels(image: Image) -> tuple[list[str], str | None]:
    """The labels of the largest still of each frame, and that of the animation if there is one."""
    animation = next((label for label in image.renditions if _is_animation(label)), None)
    return [*_stills(image)[-1:], *_later_frames(image)], animation


def rendition_name(image: Image, label: str) -> str | None:
    """The name of a rendition in the "images" storage. None if there is no such rendition."""
    rendition: list[Any] | None = image.renditions.get(label)
    return None if rendition is None else str(rendition[0])


def _is_animation(label: str) -> bool:
    return label.endswith(_ANIMATION_SUFFIX)


def _stills(image: Image) -> list[str]:
    return sorted((label for label in image.renditions if label.isdecimal()), key=int)


def _later_frames(image: Image) -> list[str]:
    labels = (label for label in image.renditions if label.startswith(_FRAME_PREFIX))
    return sorted(labels, key=lambda label: int(label.removeprefix(_FRAME_PREFIX)))


def _nearest(stills: list[str], width: int) -> str:
    """The smallest still that is at least this wide, or the largest one."""
    return next((label for label in stills if int(label) >= width), stills[-1])


def _url(image: Image, label: str) -> str:
    return reverse("cases:media", args=[image.public_id, label])
