"""Identifiers in a text, their kinds, and which of several that overlap is reported."""

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
"""After the 18 identifiers of Safe Harbor (45 CFR 164.514(b)(2)(i))."""


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
        """Plain values for JSON."""
        return asdict(self)


def resolve_overlaps(spans: Iterable[Span]) -> list[Span]:
    """One span for each group that overlaps, in order of the text.

    It has kind, score and replacement of the one with the highest score, then of the longest, and
    covers all of the group, so that no part of an identifier stays visible.
    """
    groups: list[list[Span]] = []
    end = 0
    for span in sorted(spans, key=lambda span: span.start):
        if groups and span.start < end:
            groups[-1].append(span)
        else:
            groups.append([span])
        end = max(end, span.end)
    return [_merged(group) for group in groups]


def _merged(group: list[Span]) -> Span:
    """One span for a group that is in order of its starts."""
    if len(group) == 1:
        return group[0]
    best = max(group, key=lambda span: (span.score, span.end - span.start, -span.start))
    end = max(span.end for span in group)
    return Span(group[0].start, end, best.kind, best.score, best.replacement)
