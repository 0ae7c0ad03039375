"""Finds in free text what may tell who a patient is. Rules only; every hit is a person's to decide.

Matching is done on normalised text (see `normal`), so full-width digits, look-alike letters and
invisible characters hide nothing; spans are in code points of the text that was given.
"""

from __future__ import annotations

from cases.deid.text import context, dates, names, rules
from cases.deid.text.normal import Normal, normalise
from cases.deid.text.spans import Kind, Span, settle

__all__ = ["Kind", "Span", "replace", "scan"]


def scan(text: str) -> list[Span]:
    """Spans in order of the text, never overlapping, each with the replacement to offer."""
    normal = normalise(text)
    found = dates.find(normal.text)
    spans = [
        _span(normal, one.start, one.end, "date", one.score, words)
        for one, words in zip(found, dates.replacements(found), strict=True)
    ]
    for hit in (*rules.find(normal.text), *names.find(normal.text), *context.find(normal.text)):
        spans.append(_span(normal, hit.start, hit.end, hit.kind, hit.score, hit.replacement))
    return settle(spans)


def replace(text: str, spans: list[Span]) -> str:
    """The text with every given span replaced as offered."""
    for span in sorted(spans, key=lambda span: span.start, reverse=True):
        text = text[: span.start] + span.replacement + text[span.end :]
    return text


def _span(normal: Normal, start: int, end: int, kind: Kind, score: float, words: str) -> Span:
    first, last = normal.back(start, end)
    return Span(first, last, kind, score, words)
