"""How names are compared: without case, accents and punctuation, and by runs of three letters."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 200
SHORTEST_WORD = 4
_NOT_WORD = re.compile(r"[\W_]+")
_POSSESSIVE = re.compile(r"['\u2019]s\b")
# Roots spelt otherwise in American English, in folded text; "angioedema" is the same in both.
_AMERICAN = tuple(
    (re.compile(british), other)
    for british, other in (
        ("aem", "em"),
        ("(?<!angi)oedem", "edem"),
        ("oesoph", "esoph"),
        ("coeliac", "celiac"),
        ("caec", "cec"),
        ("paed", "ped"),
        ("naev", "nev"),
        ("phaeo", "pheo"),
        ("anaesth", "anesth"),
        ("rrhoe", "rrhe"),
        ("pnoe", "pne"),
        ("amoeb", "ameb"),
        ("foet", "fet"),
        ("tumour", "tumor"),
        ("isation", "ization"),
        ("ising", "izing"),
        ("goitre", "goiter"),
        ("neurone", "neuron"),
    )
)


def fold(text: str) -> str:
    """Lower case letters and digits of any script, single spaces: "Behçet's" is "behcet"."""
    plain = unicodedata.normalize("NFKD", _POSSESSIVE.sub("", text.casefold()))
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", letters).strip()[:LONGEST].strip()


def american(folded: str) -> str:
    """The same name in American spelling: "ischaemic oedema" is "ischemic edema"."""
    for british, other in _AMERICAN:
        folded = british.sub(other, folded)
    return folded


def trigrams(folded: str) -> list[str]:
    """Runs of three letters of each word, padded as PostgreSQL's pg_trgm pads them."""
    return sorted({run for word in folded.split() for run in _runs(f"  {word} ")})


def neighbours(folded: str, n: int = 3) -> list[list[str]]:
    """Each n runs side by side in a word: a slip of the pen leaves some of them whole."""
    words = [_runs(f"  {word} ") for word in folded.split()]
    return [runs[at : at + n] for runs in words for at in range(max(1, len(runs) - n + 1))]


def prefix_trigrams(folded: str) -> list[str]:
    """The runs every name has that holds words beginning with these."""
    return sorted({run for word in folded.split() for run in _runs(f"  {word}")})


def _runs(padded: str) -> list[str]:
    return [padded[at : at + 3] for at in range(len(padded) - 2)]


def is_learnt(word: str) -> bool:
    """Long enough that one slip leaves it recognisable."""
    return len(word) >= SHORTEST_WORD and not any(sign.isdigit() for sign in word)


def deletions(word: str) -> list[str]:
    """The word, and the word without each one of its letters.

    Two words that differ by one letter wrong, left out, doubled or swapped share one of these
    (symmetric deletion), so that a misspelling is found by equality.
    """
    return sorted({word, *(word[:at] + word[at + 1 :] for at in range(len(word)))})


def slips(one: str, other: str) -> int:
    """Optimal string alignment distance: letters wrong, left out, added, or swapped."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        last, before, row = before, row, [i]
        for j, b in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
