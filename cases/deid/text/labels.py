"""What the words before a number make of it: a fax, a plan's number, a licence.

Safe Harbor (45 CFR 164.514(b)(2)(i)) counts these apart from telephones, records and accounts.
"""

from __future__ import annotations

import re

from cases.deid.text.spans import IdentifierKind

REACH = 48
"""So many characters before a number may say what it is."""
_NUMBERS: frozenset[IdentifierKind] = frozenset({"phone", "record", "account"})
# The label, and then no more than a number has before it: "policy no.:", "licence number is".
_THEN = (
    r"\w*(?:[\s.:#(\-]+(?:number|numero|num|nummer|no|nr|n|id|code|card|is|was|es|est|ist|de)\b)*"
)
_LABELS: tuple[tuple[IdentifierKind, re.Pattern[str]], ...] = (
    ("fax", re.compile(rf"\b(?:fax|telefax|telecopi){_THEN}[\s.:#(+\-]*$")),
    (
        "plan",
        re.compile(
            r"\b(?:medicare|medicaid|beneficiar|insurance|policy|plan|subscriber|member|mbi|hicn|"
            r"group|poliza|aseguradora|mutua|mutuelle|adherent|assure|krankenkasse|versicher|"
            rf"tarjeta sanitaria|carte vitale|health card){_THEN}[\s.:#(+\-]*$"
        ),
    ),
    (
        "licence",
        re.compile(
            r"\b(?:licen[cs]|certificat|registration|dea|npi|gmc|permit|passport|passeport|"
            r"pasaporte|reisepass|fuhrerschein|permis|colegiad|approbation)"
            rf"{_THEN}[\s.:#(+\-]*$"
        ),
    ),
)


def said_before(text: str, start: int, kind: IdentifierKind) -> IdentifierKind:
    """The kind of a find at `start` of the normalised text, by its label; else as it was."""
    if kind not in _NUMBERS:
        return kind
    before = text[max(0, start - REACH) : start].lower()
    return next((said for said, label in _LABELS if label.search(before)), kind)
