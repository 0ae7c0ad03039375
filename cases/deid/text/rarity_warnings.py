"""Warnings about a text as a whole: each detail is harmless, together they may be one person.

Codes, not spans: nothing in particular is to be replaced.
"""

from __future__ import annotations

from collections.abc import Iterable

from cases.deid.text.normalization import normalize
from cases.deid.text.rule_files import warning_rules
from cases.deid.text.spans import Span

PLACE_AND_DATE, SAID_TO_BE_RARE, KNOWN_PERSON = "place_and_date", "said_to_be_rare", "known_person"
_PLACES = frozenset({"place", "institution"})
_NARROWS_DOWN = _PLACES | {"date", "age"}


def warnings(text: str, spans: Iterable[Span]) -> list[str]:
    """Codes of what may single a person out although no span of it does; `spans` are the text's."""
    kinds = {span.kind for span in spans}
    plain = normalize(text).text
    matched = {rule.code for rule in warning_rules() if rule.pattern.search(plain)}
    applies = {
        PLACE_AND_DATE: bool(kinds & _PLACES) and "date" in kinds,
        SAID_TO_BE_RARE: SAID_TO_BE_RARE in matched and bool(kinds & _NARROWS_DOWN),
        KNOWN_PERSON: KNOWN_PERSON in matched,
    }
    return [code for code, is_given in applies.items() if is_given]
