"""Finds in free text what may identify a patient. Rules only; a person decides about each span.

The text is normalized before it is searched (see `normalization`), so full-width digits,
look-alike letters and invisible characters hide nothing. Spans are in code points of the text
that was given. The rules are data: `rules/`, read by `rule_files`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import cache, partial

from cases.deid.text.dates import date_replacements, find_dates
from cases.deid.text.engine import NUMBERS, Candidate, find_candidates, kind_by_label
from cases.deid.text.language import in_language, language_of, looks_german
from cases.deid.text.listed_names import find_listed_names, is_eponym
from cases.deid.text.listed_towns import find_listed_towns
from cases.deid.text.normalization import NormalizedText, normalize
from cases.deid.text.rarity_warnings import warnings
from cases.deid.text.spans import IdentifierKind, Span, resolve_overlaps

LABELLED_SCORE = 0.8
"""Scores from here on rest on a title or a label."""
__all__ = ["IdentifierKind", "Span", "replace_spans", "scan", "warnings"]


def scan(text: str) -> list[Span]:
    """Spans in order of the text, never overlapping, each with the replacement to offer.

    The replacement is in the language of the text (English, Spanish, French or German).
    """
    normalized = normalize(text)
    spans = resolve_overlaps(
        _as_span(normalized, candidate) for candidate in _candidates(normalized.text)
    )
    language = language_of(normalized.text)
    if language == "en":
        return spans
    return [
        dataclasses.replace(span, replacement=in_language(language, span.replacement))
        for span in spans
    ]


def replace_spans(text: str, spans: list[Span]) -> str:
    """The text with every given span replaced as offered. `spans` are those of this text."""
    for span in sorted(spans, key=lambda span: span.start, reverse=True):
        text = text[: span.start] + span.replacement + text[span.end :]
    return text


def _candidates(text: str) -> Iterator[Candidate]:
    dates = find_dates(text)
    for date, words in zip(dates, date_replacements(dates), strict=True):
        yield Candidate(date.start, date.end, "date", date.score, words)
    labelled = cache(partial(kind_by_label, text))
    for candidate in _rules_and_lists(text):
        # An eponym is not a person; a title or a label outweighs that.
        is_weak_name = candidate.kind == "name" and candidate.score < LABELLED_SCORE
        if is_weak_name and is_eponym(text, candidate.end):
            continue
        kind = labelled(candidate.start) if candidate.kind in NUMBERS else None
        yield dataclasses.replace(candidate, kind=kind) if kind else candidate


def _rules_and_lists(text: str) -> Iterator[Candidate]:
    yield from find_candidates(text)
    is_german = looks_german(text)
    is_in_capitals = sum(map(str.islower, text)) < sum(map(str.isupper, text))
    yield from find_listed_towns(text, is_german=is_german, is_in_capitals=is_in_capitals)
    yield from find_listed_names(text, is_german=is_german, is_in_capitals=is_in_capitals)


def _as_span(normalized: NormalizedText, candidate: Candidate) -> Span:
    start, end = normalized.back(candidate.start, candidate.end)
    return Span(start, end, candidate.kind, candidate.score, candidate.replacement)
