"""Links between the frames of a picture on a page that shows one frame at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest

from cases.models import Image

_MAX_DIGITS = 5


@dataclass(frozen=True)
class FrameLink:
    """One frame. `index` counts from 0, `number` from 1."""

    index: int
    number: int
    src: str
    is_selected: bool


def selected_frame(request: HttpRequest, image: Image) -> FrameLink:
    """The frame in the parameter `frame` of the form or the address, else the first; no `src`."""
    text = request.POST.get("frame") or request.GET.get("frame") or "0"
    is_number = text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS
    index = int(text) if is_number else 0
    index = index if index < image.frame_count else 0
    return FrameLink(index, index + 1, "", is_selected=True)


def frame_links(request: HttpRequest, image: Image, url: Callable[[int], str]) -> list[FrameLink]:
    """Every frame with its address, for a still the only one. `url` takes the index."""
    selected = selected_frame(request, image).index
    return [
        FrameLink(index, index + 1, url(index), is_selected=index == selected)
        for index in range(max(1, image.frame_count))
    ]
