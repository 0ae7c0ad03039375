"""How a rule may change the span of its match before it is reported.

Each function takes the normalized text, the start and the end of the span, and returns the new
start and end, or None if nothing is left.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from cases.deid.text.word_lists import EPONYMS, GENERIC_PLACES, NOT_NAMES, WIDE_PLACES

_WORD = re.compile(r"\S+")
_INITIAL = re.compile(r"[A-Z]\.")
_LEADING = frozenset({"The", "A", "An", "Our", "Local", "At", "In", "From", "To", "Of"})
_MAX_ADDRESS = 90
"""Characters before a postcode that may belong to the address."""
_ADDRESS = re.compile(
    r"(?<![\w./\-])(?:(?:\d{1,4}[A-Z]?,?\s)?[A-Z][a-z]+(?:\s[A-Z][a-z]+){0,2},\s){1,3}"
    r"[A-Z][a-z]+(?:[\s\-][A-Z][a-z]+){0,2},?\s$"
)
_NOBODY = NOT_NAMES | WIDE_PLACES | GENERIC_PLACES
_ORDINARY = _NOBODY | EPONYMS

Bounds = tuple[int, int]


def _end_before(
    text: str, start: int, end: int, is_ordinary: Callable[[str], bool]
) -> Bounds | None:
    """The span up to its first ordinary word; an initial is none. None if nothing is left."""
    for word in _WORD.finditer(text, start, end):
        if not _INITIAL.fullmatch(word[0]) and is_ordinary(word[0]):
            end = word.start()
            break
    length = len(text[start:end].rstrip())
    return (start, start + length) if length else None


def _stop_at(words: Collection[str]) -> Callable[[str, int, int], Bounds | None]:
    def stop(text: str, start: int, end: int) -> Bounds | None:
        return _end_before(text, start, end, lambda word: word.strip(".,") in words)

    return stop


def _stop_in_any_case(words: Collection[str]) -> Callable[[str, int, int], Bounds | None]:
    """As `_stop_at`, for names that may be in capitals; `words` are eponyms, which may not."""

    def is_ordinary(word: str) -> bool:
        plain = word.strip(".,'")
        return plain in NOT_NAMES or plain.capitalize() in NOT_NAMES or plain in words

    return lambda text, start, end: _end_before(text, start, end, is_ordinary)


def without_leading_article(text: str, start: int, end: int) -> Bounds | None:
    """The span without the articles and prepositions that it begins with."""
    while (first := text[start:].split(None, 1)[0]) in _LEADING:
        start += len(first) + 1
    return start, end


def whole_word(text: str, start: int, end: int) -> Bounds | None:
    """The span, from the beginning of the word it is the end of."""
    while start and text[start - 1].isalpha():
        start -= 1
    return start, end


def with_address_before(text: str, start: int, end: int) -> Bounds | None:
    """The postcode with the address before it; None if there is no address."""
    address = _ADDRESS.search(text, max(0, start - _MAX_ADDRESS), start)
    return (address.start(), end) if address else None


ADJUSTMENTS: dict[str, Callable[[str, int, int], Bounds | None]] = {
    # What stands beside a person is a name even where a disease has that name too.
    "end_before_word_that_is_no_name": _stop_at(_NOBODY),
    "end_before_word_that_is_no_name_in_any_case": _stop_in_any_case(frozenset()),
    "end_before_word_that_is_no_name_or_an_eponym": _stop_in_any_case(EPONYMS),
    "end_before_ordinary_word": _stop_at(_ORDINARY),
    "without_leading_article": without_leading_article,
    "whole_word": whole_word,
    "with_address_before": with_address_before,
}
