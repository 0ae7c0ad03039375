"""How a rendered image stands in a page: addresses by size, for `img` and the viewer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from cases.models import OPEN_REVIEWS, Image, ImageState, Review

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


def picture(image: Image) -> Picture:
    """The addresses of one image; no query."""
    if not image.sizes or image.state != ImageState.READY:
        return _nothing_yet(image)
    stills = _stills(image)
    moving = next((label for label in image.sizes if label.endswith(_ANIMATED)), None)
    further = _further(image)
    in_page = _nearest(stills, _IN_PAGE)
    _name, width, height = image.sizes[in_page]
    return Picture(
        public_id=image.public_id,
        src=_address(image, in_page),
        srcset=", ".join(f"{_address(image, label)} {image.sizes[label][1]}w" for label in stills),
        large=_address(image, stills[-1]),
        thumb=_address(image, _nearest(stills, _THUMB)),
        moving=_address(image, moving) if moving else "",
        frames=tuple(_address(image, label) for label in (stills[-1], *further) if further),
        width=width,
        height=height,
        alt=image.alt,
        caption=image.caption,
        is_sensitive=image.is_sensitive,
        standing=standing_of(image),
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
        standing=standing_of(image),
        is_there=False,
    )


def standing_of(image: Image) -> str:
    """Why whoever sees the case does not see this picture; empty when they do."""
    if image.hidden_at is not None:
        return "hidden"
    if image.review in OPEN_REVIEWS:
        return "" if image.state == ImageState.READY else str(Review.WAITING.value)
    return str(image.review)


def file_of(image: Image, label: str) -> str | None:
    """The stored name of one size; None where there is none."""
    size: list[Any] | None = image.sizes.get(label)
    return None if size is None else str(size[0])


def _stills(image: Image) -> list[str]:
    return sorted((label for label in image.sizes if label.isdecimal()), key=int)


def _further(image: Image) -> list[str]:
    labels = (label for label in image.sizes if label.startswith(_FRAME))
    return sorted(labels, key=lambda label: int(label.removeprefix(_FRAME)))


def _nearest(stills: list[str], width: int) -> str:
    """The smallest still at least this wide, or the largest there is."""
    return next((label for label in stills if int(label) >= width), stills[-1])


def _address(image: Image, label: str) -> str:
    return reverse("cases:media", args=[image.public_id, label])
