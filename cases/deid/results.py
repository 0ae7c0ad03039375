"""Values that go into the de-identification of pictures and come out of it, with their JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

BoxKind = Literal["text", "face", "drawn"]


@dataclass(frozen=True, slots=True)
class RedactionBox:
    """A rectangle to redact, in pixels of the upright frame, counted from the top left.

    `kind` is what was detected there, or "drawn" by a person; `score` is 0 to 1.
    """

    frame: int
    x: int
    y: int
    w: int
    h: int
    kind: BoxKind = "drawn"
    score: float = 1.0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> RedactionBox:
        """Raises KeyError, TypeError or ValueError for a missing or wrong value."""
        kind = value.get("kind", "drawn")
        if kind not in ("text", "face", "drawn"):
            raise ValueError("unknown kind of box")
        return cls(
            frame=int(value["frame"]),
            x=int(value["x"]),
            y=int(value["y"]),
            w=int(value["w"]),
            h=int(value["h"]),
            kind=kind,
            score=float(value.get("score", 1.0)),
        )


@dataclass(frozen=True, slots=True)
class Frame:
    """One still of a working copy: a PNG without metadata, upright, sRGB, opaque."""

    path: Path
    width: int
    height: int
    duration_ms: int = 0
    """How long an animation shows it, in milliseconds; 0 for stills and pages."""
    sixteen_bit_path: Path | None = None
    """A copy with the stored values, in 16 bits of grey, where these are to be kept."""

    def as_json(self) -> dict[str, Any]:
        """Plain values for JSON. `from_json` reads them."""
        sixteen_bit = None if self.sixteen_bit_path is None else str(self.sixteen_bit_path)
        return asdict(self) | {"path": str(self.path), "sixteen_bit_path": sixteen_bit}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Frame:
        """The frame that `as_json` described. Raises KeyError if a value is missing."""
        sixteen_bit = value.get("sixteen_bit_path")
        return cls(
            Path(value["path"]),
            value["width"],
            value["height"],
            value["duration_ms"],
            None if sixteen_bit is None else Path(sixteen_bit),
        )


@dataclass(frozen=True, slots=True)
class Inspection:
    """A decoded file and the redactions proposed for it. `format` is the source's, e.g. "JPEG"."""

    format: str
    frames: tuple[Frame, ...]
    removed: tuple[str, ...]
    """Kinds of metadata that were left behind ("location", "date"), never their values."""
    boxes: tuple[RedactionBox, ...]
    timings_ms: dict[str, int] = field(default_factory=dict)

    @property
    def width(self) -> int:
        return self.frames[0].width

    @property
    def height(self) -> int:
        return self.frames[0].height

    @property
    def animated(self) -> bool:
        return len(self.frames) > 1 and any(frame.duration_ms for frame in self.frames)


@dataclass(frozen=True, slots=True)
class RedactedFrames:
    """Frames with the boxes filled in, and what was still detected on them."""

    frames: tuple[Frame, ...]
    remaining_boxes: tuple[RedactionBox, ...]
    timings_ms: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rendition:
    """One WebP file to serve: all frames if `animated`, else frame number `frame`, from 0 on."""

    path: Path
    width: int
    height: int
    bytes: int
    animated: bool = False
    frame: int = 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"path": str(self.path)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Rendition:
        size = (value["width"], value["height"], value["bytes"])
        return cls(Path(value["path"]), *size, value["animated"], value["frame"])
