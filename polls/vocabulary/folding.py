"""The form in which names are compared: no case, no accents, no punctuation."""

from __future__ import annotations

import re
import unicodedata

MAX_LENGTH = 200
_NOT_WORD = re.compile(r"[\W_]+")
_POSSESSIVE = re.compile(r"['\u2019]s\b")
# British roots and their American spelling, in folded text. "angioedema" is the same in both.
_BRITISH_TO_AMERICAN = tuple(
    (re.compile(british), american)
    for british, american in (
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
    """Lower-case letters and digits of any script with single spaces: "Behçet's" is "behcet"."""
    decomposed = unicodedata.normalize("NFKD", _POSSESSIVE.sub("", text.casefold()))
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", letters).strip()[:MAX_LENGTH].strip()


def to_american_spelling(folded: str) -> str:
    """The folded name in American spelling: "ischaemic oedema" is "ischemic edema"."""
    for british, american in _BRITISH_TO_AMERICAN:
        folded = british.sub(american, folded)
    return folded
