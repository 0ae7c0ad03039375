"""The lists of data/, in small letters: names, towns, eponyms and words that are also names.

`tools.model_building.build_name_lists` makes them; LICENCES.md says where they come from.
"""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path
from typing import Literal

from cases.deid.text.word_lists import EPONYMS, GENERIC_PLACES, GIVEN_NAMES, NOT_NAMES, TITLES

DATA = Path(__file__).parent / "data"
ListName = Literal["given", "family", "also_words", "towns", "towns_also_words", "wide", "eponyms"]


@cache
def listed(name: ListName) -> frozenset[str]:
    """The entries of one list. Read when first asked for."""
    with gzip.open(DATA / f"{name}.txt.gz", "rt", encoding="ascii") as file:
        return frozenset(file.read().split("\n"))


@cache
def given_names() -> frozenset[str]:
    """Given names that are no ordinary word, and the common ones even if they are."""
    return listed("given") | {name.lower() for name in GIVEN_NAMES}


@cache
def eponyms() -> frozenset[str]:
    """Names that diseases, signs and tests bear."""
    return listed("eponyms") | {name.lower() for name in EPONYMS}


@cache
def ordinary_words() -> frozenset[str]:
    """Words of a case report, titles, and what is larger than a state: never part of a name."""
    words = NOT_NAMES | GENERIC_PLACES | TITLES
    return frozenset(word.lower() for word in words) | listed("wide")


def is_listed_name(word: str) -> bool:
    """Whether a word in small letters is a given or a family name."""
    return word in given_names() or word in listed("family") or word in listed("also_words")
