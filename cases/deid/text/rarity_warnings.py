"""Warnings about a text as a whole: each detail is harmless, together they may be one person.

Codes, not spans: nothing in particular is to be replaced.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cases.deid.text.normalization import normalize
from cases.deid.text.spans import Span

PLACE_AND_DATE, SAID_TO_BE_RARE, KNOWN_PERSON = "place_and_date", "said_to_be_rare", "known_person"
_PLACES = frozenset({"place", "institution"})
_RARE = re.compile(
    r"\b(?:first (?:reported|described|known|ever)? ?(?:case|patient)|only (?:reported |known |"
    r"living )?"
    r"(?:case|patient|family)|never (?:been )?(?:reported|described)|(?:fewer|less) than \w+ "
    r"(?:cases|patients)|one of (?:only )?\w+ (?:cases|patients|people)|primer caso|unico caso|"
    r"nunca descrit[oa]|premier cas|seul cas|jamais decrit|erster? (?:beschriebener? )?fall|"
    r"einziger? fall|ultra-?rare)\b",
    re.IGNORECASE,
)
_KNOWN = re.compile(
    r"\b(?:mayor|senator|member of parliament|minister|ambassador|bishop|astronaut|olympic|"
    r"(?:professional|national team) (?:footballer|player|athlete)|celebrity|film star|actress|"
    r"famous|well-known (?:singer|actor|politician|writer)|plane crash|mass shooting|train crash|"
    r"was in the news|newspapers?|on television|alcalde(?:sa)?|diputad[oa]|obispo|futbolista|"
    r"depute|ministre|eveque|footballeur|burgermeister(?:in)?|abgeordnete[rn]?|"
    r"bundesligaspieler|zeitung)\b",
    re.IGNORECASE,
)


def warnings(text: str, spans: Iterable[Span]) -> list[str]:
    """Codes of what may single a person out although no span of it does."""
    kinds = {span.kind for span in spans}
    plain = normalize(text).text
    found = []
    if kinds & _PLACES and "date" in kinds:
        found.append(PLACE_AND_DATE)
    if _RARE.search(plain) and kinds & (_PLACES | {"date", "age"}):
        found.append(SAID_TO_BE_RARE)
    if _KNOWN.search(plain):
        found.append(KNOWN_PERSON)
    return found
