"""Finds in free text what may tell who a patient is. Rules only; every hit is a person's to decide.

Matching is done on normalised text (see `normal`), so full-width digits, look-alike letters and
invisible characters hide nothing; spans are in code points of the text that was given.
"""

from __future__ import annotations

import dataclasses

from cases.deid.text import context, dates, gazetteer, names, rules
from cases.deid.text.labels import said_before
from cases.deid.text.language import in_words_of, language_of
from cases.deid.text.normalization import NormalizedText, normalize
from cases.deid.text.rarity_warnings import warnings
from cases.deid.text.spans import IdentifierKind, Span, resolve_overlaps

_FINDERS = (rules.find, names.find, context.find, gazetteer.find)
# Scores from here on rest on a title or a label.
LABELLED_SCORE = 0.8
__all__ = ["IdentifierKind", "Span", "replace_spans", "scan", "warnings"]


def scan(text: str) -> list[Span]:
    """Spans in order of the text, never overlapping, each with the replacement to offer."""
    normal = normalize(text)
    found = dates.find(normal.text)
    spans = [
        _span(normal, one.start, one.end, "date", one.score, words)
        for one, words in zip(found, dates.replacements(found), strict=True)
    ]
    for hit in (hit for finder in _FINDERS for hit in finder(normal.text)):
        # What a name makes a disease, a sign or a score is none; a title or a label outweighs that.
        if (
            hit.kind == "name"
            and hit.score < LABELLED_SCORE
            and gazetteer.is_medical(normal.text, hit.end)
        ):
            continue
        kind = said_before(normal.text, hit.start, hit.kind)
        spans.append(_span(normal, hit.start, hit.end, kind, hit.score, hit.replacement))
    settled, language = resolve_overlaps(spans), language_of(normal.text)
    if language == "en":
        return settled
    return [
        dataclasses.replace(span, replacement=in_words_of(language, span.replacement))
        for span in settled
    ]


def replace_spans(text: str, spans: list[Span]) -> str:
    """The text with every given span replaced as offered."""
    for span in sorted(spans, key=lambda span: span.start, reverse=True):
        text = text[: span.start] + span.replacement + text[span.end :]
    return text


def _span(
    normal: NormalizedText, start: int, end: int, kind: IdentifierKind, score: float, words: str
) -> Span:
    first, last = normal.back(start, end)
    return Span(first, last, kind, score, words)
