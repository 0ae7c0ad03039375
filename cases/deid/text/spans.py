"""What a scan finds, and how overlapping finds are settled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal[
    "date",
    "age",
    "phone",
    "email",
    "url",
    "ip",
    "account",
    "ssn",
    "record",
    "name",
    "place",
    "vehicle",
    "device",
    "institution",
]


@dataclass(frozen=True, slots=True)
class Span:
    """Something that may identify a person: text[start:end], in code points of the input.

    `score` is 0 to 1; `replacement` is what to offer in its place.
    """

    start: int
    end: int
    kind: Kind
    score: float
    replacement: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def settle(spans: Iterable[Span]) -> list[Span]:
    """Of spans that overlap keep the surest, then the longest; in order of the text.

    A dropped span that sticks out widens the kept one, so nothing found is left half visible.
    """
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (-s.score, s.start - s.end, s.start)):
        clash = next(
            (n for n, k in enumerate(kept) if k.start < span.end and span.start < k.end), None
        )
        if clash is None:
            kept.append(span)
        else:
            other = kept[clash]
            kept[clash] = Span(
                min(span.start, other.start),
                max(span.end, other.end),
                other.kind,
                other.score,
                other.replacement,
            )
    return _disjoint(sorted(kept, key=lambda span: span.start))


def _disjoint(spans: list[Span]) -> list[Span]:
    """Join neighbours that widening has made overlap."""
    result: list[Span] = []
    for span in spans:
        if result and span.start < result[-1].end:
            last = result.pop()
            surest = max(last, span, key=lambda s: s.score)
            end = max(last.end, span.end)
            span = Span(last.start, end, surest.kind, surest.score, surest.replacement)
        result.append(span)
    return result
