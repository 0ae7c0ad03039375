"""The frames of a picture on a page with boxes: one large, the others a press away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest

from cases.models import Image


@dataclass(frozen=True)
class FrameLink:
    """One frame to switch to; `number` counts from 1 for people."""

    index: int
    number: int
    src: str
    is_here: bool


def selected_frame(request: HttpRequest, image: Image) -> FrameLink:
    """The frame that `frame` asks for, of the address or the form; else the first. No `src`."""
    asked = request.POST.get("frame") or request.GET.get("frame") or "0"
    index = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 6 else 0
    index = index if index < image.frame_count else 0
    return FrameLink(index, index + 1, "", is_here=True)


def frame_links(
    request: HttpRequest, image: Image, address: Callable[[int], str]
) -> list[FrameLink]:
    """Every frame with its address, the one shown marked; the first alone for a still."""
    here = selected_frame(request, image).index
    return [
        FrameLink(index, index + 1, address(index), is_here=index == here)
        for index in range(max(1, image.frame_count))
    ]
