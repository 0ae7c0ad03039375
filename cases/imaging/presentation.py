"""How a rendered image stands in a page: addresses by size, for `img` and the viewer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from cases.models import SHOWABLE_STATUSES, Image, ImageState, ModerationStatus

_ANIMATED = "a"
_FRAME = "f"
_THUMB = 480
_IN_PAGE = 720


@dataclass(frozen=True)
class Picture:
    """Needs a READY image. Of several frames the page shows the first; nothing moves unasked."""

    public_id: str
    src: str
    srcset: str
    large: str
    thumb: str
    moving: str
    """The animation; empty for stills and pages."""
    frames: tuple[str, ...]
    """Each frame's own address, the first among them; empty for one frame."""
    width: int
    height: int
    alt: str
    caption: str
    is_sensitive: bool
    standing: str = ""
    """Why others do not see it: "waiting", "returned", "refused", "hidden"; empty when shown."""
    is_there: bool = True
    """False while nothing is rendered: there is a standing to read, and no file."""


def picture_of(image: Image) -> Picture:
    """The addresses of one image; no query."""
    if not image.renditions or image.state != ImageState.READY:
        return _nothing_yet(image)
    stills = _stills(image)
    moving = next((label for label in image.renditions if label.endswith(_ANIMATED)), None)
    further = _further(image)
    in_page = _nearest(stills, _IN_PAGE)
    _name, width, height = image.renditions[in_page]
    return Picture(
        public_id=image.public_id,
        src=_address(image, in_page),
        srcset=", ".join(
            f"{_address(image, label)} {image.renditions[label][1]}w" for label in stills
        ),
        large=_address(image, stills[-1]),
        thumb=_address(image, _nearest(stills, _THUMB)),
        moving=_address(image, moving) if moving else "",
        frames=tuple(_address(image, label) for label in (stills[-1], *further) if further),
        width=width,
        height=height,
        alt=image.alt,
        caption=image.caption,
        is_sensitive=image.is_sensitive,
        standing=withheld_reason(image),
    )


def _nothing_yet(image: Image) -> Picture:
    return Picture(
        public_id=image.public_id,
        src="",
        srcset="",
        large="",
        thumb="",
        moving="",
        frames=(),
        width=image.width,
        height=image.height,
        alt=image.alt,
        caption=image.caption,
        is_sensitive=image.is_sensitive,
        standing=withheld_reason(image),
        is_there=False,
    )


def withheld_reason(image: Image) -> str:
    """Why whoever sees the case does not see this picture; empty when they do."""
    if image.hidden_at is not None:
        return "hidden"
    if image.moderation_status in SHOWABLE_STATUSES:
        return "" if image.state == ImageState.READY else str(ModerationStatus.WAITING.value)
    return str(image.moderation_status)


def stored_name(image: Image, label: str) -> str | None:
    """The stored name of one size; None where there is none."""
    size: list[Any] | None = image.renditions.get(label)
    return None if size is None else str(size[0])


def _stills(image: Image) -> list[str]:
    return sorted((label for label in image.renditions if label.isdecimal()), key=int)


def _further(image: Image) -> list[str]:
    labels = (label for label in image.renditions if label.startswith(_FRAME))
    return sorted(labels, key=lambda label: int(label.removeprefix(_FRAME)))


def _nearest(stills: list[str], width: int) -> str:
    """The smallest still at least this wide, or the largest there is."""
    return next((label for label in stills if int(label) >= width), stills[-1])


def _address(image: Image, label: str) -> str:
    return reverse("cases:media", args=[image.public_id, label])
