"""How names are compared: without case, accents and punctuation, and by runs of three letters."""

from __future__ import annotations

import re
import unicodedata

_NOT_WORD = re.compile(r"[^0-9a-z]+")


def fold(text: str) -> str:
    """Lower case letters and digits, single spaces: "Behçet Disease" is "behcet disease"."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c for c in plain if not unicodedata.combining(c)).replace("ß", "ss")
    return _NOT_WORD.sub(" ", letters).strip()


def trigrams(folded: str) -> list[str]:
    """Runs of three letters of each word, padded as PostgreSQL's pg_trgm pads them."""
    runs = set()
    for word in folded.split():
        padded = f"  {word} "
        runs |= {padded[at : at + 3] for at in range(len(padded) - 2)}
    return sorted(runs)
