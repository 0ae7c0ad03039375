"""What a scan finds, and how overlapping finds are settled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

IdentifierKind = Literal[
    "date",
    "age",
    "phone",
    "fax",
    "email",
    "url",
    "ip",
    "account",
    "plan",
    "licence",
    "ssn",
    "record",
    "name",
    "place",
    "vehicle",
    "device",
    "biometric",
    "institution",
]


@dataclass(frozen=True, slots=True)
class Span:
    """Something that may identify a person: text[start:end], in code points of the input.

    `score` is 0 to 1; `replacement` is what to offer in its place.
    """

    start: int
    end: int
    kind: IdentifierKind
    score: float
    replacement: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def resolve_overlaps(spans: Iterable[Span]) -> list[Span]:
    """Of spans that overlap the surest, then the longest, as wide as all of them together.

    In order of the text. Nothing found is left half visible.
    """
    groups: list[list[Span]] = []
    end = 0
    for span in sorted(spans, key=lambda span: span.start):
        if groups and span.start < end:
            groups[-1].append(span)
        else:
            groups.append([span])
        end = max(end, span.end)
    return [_one(group) for group in groups]


def _one(group: list[Span]) -> Span:
    if len(group) == 1:
        return group[0]
    best = max(group, key=lambda span: (span.score, span.end - span.start, -span.start))
    end = max(span.end for span in group)
    return Span(group[0].start, end, best.kind, best.score, best.replacement)
