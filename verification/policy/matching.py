"""Whether two spellings can be one name. Accents, case, hyphens and suffixes are ignored."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator
from enum import StrEnum

from verification.policy import matching

_LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "\u0131": "i",
        "ħ": "h",
    }
)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa"})
_SUFFIXES = {"jr", "sr", "ii", "iii", "iv", "md", "do", "mbbs", "phd", "dr", "prof"}
# Short forms seen on registers; every name of a line matches every other.
_NICKNAMES = tuple(
    frozenset(line.split())
    for line in (
        "alexander alex sasha sandy",
        "andrew andy drew",
        "anthony tony",
        "benjamin ben",
        "catherine katherine kathryn cathy kathy kate katie",
        "charles charlie chuck",
        "christopher chris",
        "daniel dan danny",
        "david dave",
        "deborah debra debbie deb",
        "edward ed eddie ted",
        "elizabeth liz beth betty eliza lisa",
        "frederick fred freddie",
        "gerald gerry jerry",
        "gregory greg",
        "james jim jimmy jamie",
        "jennifer jen jenny",
        "john jack johnny",
        "jonathan jon",
        "joseph joe",
        "kenneth ken",
        "lawrence larry",
        "margaret maggie meg peggy",
        "matthew matt",
        "michael mike mick",
        "nicholas nick",
        "patricia pat patty tricia",
        "peter pete",
        "philip phil",
        "rebecca becky",
        "richard rick dick rich",
        "robert bob rob bobby",
        "ronald ron",
        "samuel sam",
        "stephen steven steve",
        "susan sue susie",
        "theodore ted theo",
        "thomas tom",
        "timothy tim",
        "victoria vicky",
        "william will bill billy liam",
    )
)


class Agreement(StrEnum):
    """How a typed value compares with a recorded one."""

    AGREES = "agrees"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    base = "".join(character for character in decomposed if not unicodedata.combining(character))
    letters = base.translate(_LETTERS)
    words = re.sub(r"[^\w]+", " ", letters.replace("'", "").replace("\u2019", "")).split()
    significant = [word for word in words if word not in _SUFFIXES]
    return " ".join(significant or words)


def _caseless(text: str) -> str:
    """Compatibility caseless matching (Unicode 3.13, D146), composed. Folded twice because some
    characters decompose into capitals.
    """
    once = unicodedata.normalize("NFKC", unicodedata.normalize("NFD", text).casefold())
    return unicodedata.normalize("NFKC", once.casefold())


def normalised_spellings(name: str) -> set[str]:
    """Plain spellings of a name: without accents, and with umlauts written out."""
    folded = _caseless(name)
    return {_plain(folded), _plain(folded.translate(_UMLAUTS))} - {""}


def matches_family_name(typed: str, recorded: Iterable[str]) -> bool:
    """Whether the typed family name is one of the recorded ones."""
    spellings = normalised_spellings(typed)
    joined = {spelling.replace(" ", "") for spelling in spellings}
    for name in recorded:
        for spelling in normalised_spellings(name):
            if spelling in spellings or spelling.replace(" ", "") in joined:
                return True
    return False


def _given_pairs(typed: str, recorded: Iterable[str]) -> Iterator[tuple[str, str]]:
    for name in recorded:
        for recorded_spelling in normalised_spellings(name):
            for typed_spelling in normalised_spellings(typed):
                yield typed_spelling, recorded_spelling


def matches_given_name(typed: str, recorded: Iterable[str], *, initials_count: bool) -> bool:
    """Whether the typed given name can be a recorded one: equal, a short form, or the first of
    several.

    An initial matches only with `initials_count`, which callers set if the birth dates are equal.
    """
    for typed_name, recorded_name in _given_pairs(typed, recorded):
        first_typed, first_recorded = typed_name.split()[0], recorded_name.split()[0]
        if typed_name == recorded_name or (first_typed == first_recorded and len(first_typed) > 1):
            return True
        if any({first_typed, first_recorded} <= line for line in _NICKNAMES):
            return True
        initial = 1 in {len(first_typed), len(first_recorded)}
        if initials_count and initial and first_typed[0] == first_recorded[0]:
            return True
    return False


def compare_names(
    *,
    given: str,
    family: str,
    recorded_given: Iterable[str],
    recorded_family: Iterable[str],
    same_birth_date: bool,
) -> Agreement:
    """Compare given and family name with every name that a register records for one person."""
    agrees = matches_family_name(family, recorded_family) and matches_given_name(
        given, recorded_given, initials_count=same_birth_date
    )
    return Agreement.AGREES if agrees else Agreement.DIFFERS


def compare_dates(typed: dt.date | None, recorded: dt.date | None) -> matching.Agreement:
    """Compare two dates; `UNKNOWN` if one is missing."""
    if typed is None or recorded is None:
        return matching.Agreement.UNKNOWN
    return matching.Agreement.AGREES if typed == recorded else matching.Agreement.DIFFERS
