"""Towns by lists, where a preposition, a comma or the name of a country agrees."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cases.deid.text.engine import Candidate
from cases.deid.text.listed_names import CAPITALIZED, is_eponym
from cases.deid.text.name_lists import eponyms, listed, ordinary_words
from cases.deid.text.rule_files import CONTEXT, compile_pattern

_PLACE = re.compile(rf"(?<![\w'@./\-]){CAPITALIZED}(?:[ \-]{CAPITALIZED}){{0,3}}(?![\w@])")
_WORD = re.compile(CAPITALIZED)
_BEFORE_TOWN = compile_pattern(r"(?:\b(?:{before_town})\s+|\(|,\s*)$", re.IGNORECASE)
_COUNTRY_AFTER = compile_pattern(r",\s*(?:{country_after_town})")
_SCORE = 0.55
_MIN_CAPITALS = 5
"""Letters of a town in a text in capitals that is no abbreviation."""


def find_listed_towns(text: str, *, is_german: bool, is_in_capitals: bool) -> Iterator[Candidate]:
    """Candidates in normalized text. In German a capital does not make a word a town."""
    for run in _PLACE.finditer(text):
        words = list(_WORD.finditer(text, run.start(), run.end()))
        for count in range(len(words), 0, -1):
            end = words[count - 1].end()
            name = " ".join(text[run.start() : end].lower().replace("-", " ").split())
            is_listed = name in listed("towns") or (
                not is_german and name in listed("towns_also_words")
            )
            if is_listed and name not in ordinary_words():
                if _has_context(text, run.start(), end, is_in_capitals=is_in_capitals):
                    yield Candidate(run.start(), end, "place", _SCORE, "a town")
                break


def _has_context(text: str, start: int, end: int, *, is_in_capitals: bool) -> bool:
    """Whether the words around agree that this is a town where somebody lives or comes from."""
    if is_eponym(text, end) or text[end : end + 1] == "-":
        return False
    before = text[max(0, start - CONTEXT) : start]
    if before.rstrip().endswith(",") and text[start:end].lower() in eponyms():
        return False
    may_be_short = is_in_capitals and end - start < _MIN_CAPITALS
    is_after_preposition = _BEFORE_TOWN.search(before) and not may_be_short
    return bool(is_after_preposition or _COUNTRY_AFTER.match(text, end))
